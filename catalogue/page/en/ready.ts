// The page's words about whether a stop would be taken now.
import { number } from "./forms";

export const ready = {
  title: "Can I stop right now?",
  open: (words: string) => `Can I stop right now? ${words}. Show each target`,
  each: "Each target of a stop",
  tried: (when: string) => `tried ${when}`,
  never: "not tried yet",
  missing: "Missing",
  again: "Try it now",
  trying: "Trying by dry runs…",
  nothing: "A dry run changes nothing at the service.",
  guide: "How to make the credential with the least permission",
  left: "What is left of its limits",
  leftOf: (name: string, percent: number) => `${name}: ${number(percent)} percent left`,
  check: "Check permissions",
  checkName: (name: string) => `Check permissions of ${name}`,
  tryName: (name: string) => `Try it now at ${name}`,
  help: {
    title: "Can I stop right now?",
    list: [
      "A tick means that each service took a dry run of the stop, and how old that is. Nothing was changed by it.",
      "A question mark means that it is not proven: the service has no dry run, could not be reached, or something else is there than was tried.",
      "A triangle means that the service would refuse it. The missing permission is named with what to do.",
      "Dry runs are made by themselves a few times a day, and when you ask. On Google Play each costs two of the day’s edits.",
    ],
  },
} as const;
