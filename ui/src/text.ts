// The page's texts in the language of the system, chosen once. The one door to the catalogue.
import { languages } from "../../catalogue/page";
import { chosen } from "../../catalogue/page/opening";

export const language = chosen(navigator.languages);

export const { texts: text, forms } = languages[language];
