// Shows the opening words before the app's own script is read. A window that is covered is given
// no frame to paint, so the script does not wait for one longer than this.
import { chosen, opening } from "../../catalogue/page/opening";
import "./styles/opening.css";

const LONGEST_WAIT_MS = 100;

const language = chosen(navigator.languages);
document.documentElement.lang = language;
// English stands in the document itself, so that nothing waits for these words.
const words = document.querySelector("#app [role=status]");
if (words) words.textContent = opening[language];

let begun = false;

function begin(): void {
  if (begun) return;
  begun = true;
  void import("./main");
}

// What is asked for in a frame runs before its paint; what is asked for from there, after it.
requestAnimationFrame(() => setTimeout(begin));
setTimeout(begin, LONGEST_WAIT_MS);
