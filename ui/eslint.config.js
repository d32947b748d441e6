import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const noBits = {
  group: ["bits-ui", "bits-ui/*"],
  message: "Only src/kit imports bits-ui, so that the look lives in one place.",
};
const noTauri = {
  group: ["@tauri-apps/*"],
  message: "Only src/backend talks to Rust; use backend/queries or backend/acts.",
};
const noData = {
  group: ["@tanstack/*"],
  message: "Data comes through src/backend/queries.",
};
const noOtherFeature = {
  regex: "^\\.\\./(?!\\.\\./)|/features/",
  message: "A feature knows no other feature; lift what they share into kit or the shell.",
};
const noFeature = {
  regex: "/features/",
  message: "Features build on this; it knows none of them.",
};
const inCatalogue = "Words for people stand in catalogue/page, so that they can be translated.";
const byForms = "Numbers, dates and lists are written by `forms` of src/text, in its language.";
const forbid = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default ts.config(
  { ignores: ["dist/", "dev/out/", "src/backend/generated/"] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "svelte/no-at-html-tags": "error",
      // A style attribute breaks the content policy; `style:name` directives do not.
      "no-restricted-syntax": [
        "error",
        {
          selector: "SvelteAttribute[key.name='style']",
          message: "The content policy forbids style attributes. Use a class or style:name.",
        },
        {
          selector: ":not(SvelteStyleElement) > SvelteText[value=/[A-Za-z]/]",
          message: inCatalogue,
        },
        {
          selector:
            "SvelteAttribute[key.name=/^(aria-label|alt|placeholder|title|label|words|sub)$/] SvelteLiteral[value=/[A-Za-z]/]",
          message: inCatalogue,
        },
        {
          selector: "SvelteMustacheTag Literal[value=/[a-z] [a-z]/]",
          message: inCatalogue,
        },
      ],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: {
        extraFileExtensions: [".svelte"],
        parser: ts.parser,
        svelteConfig,
      },
    },
  },
  {
    files: ["src/**"],
    rules: {
      ...forbid(noBits, noTauri, noData),
      "no-restricted-globals": ["error", { name: "Intl", message: byForms }],
      "no-restricted-properties": [
        "error",
        ...["toFixed", "toLocaleString", "toLocaleDateString", "toLocaleTimeString"].map(
          (property) => ({ property, message: byForms }),
        ),
      ],
    },
  },
  { files: ["src/kit/**"], rules: forbid(noTauri, noData, noFeature) },
  { files: ["src/backend/**"], rules: forbid(noBits, noFeature) },
  { files: ["src/approval/**"], rules: forbid(noBits, noTauri, noData, noFeature) },
  { files: ["src/main.ts", "src/App.svelte"], rules: forbid(noBits, noTauri) },
  {
    files: ["src/features/**"],
    rules: forbid(noBits, noTauri, noData, noOtherFeature),
  },
  { files: ["src/testing/**", "src/**/*.test.ts"], rules: forbid(noBits) },
  { files: ["dev/**"], rules: { "no-console": "off" } },
);
