// What a screen does with a failure that no query or act caught for it.
export { toProblem } from "./door";
