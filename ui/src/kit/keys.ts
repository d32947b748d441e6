// Which keys mean what. Knows no room.

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** Whether the event is the combination, such as "Mod+Shift+H". Mod is Cmd on a Mac, Ctrl elsewhere. */
export function pressed(event: KeyboardEvent, combination: string): boolean {
  const parts = combination.split("+");
  const key = parts.at(-1) ?? "";
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    mod === parts.includes("Mod") &&
    !other &&
    !event.altKey &&
    (event.shiftKey === parts.includes("Shift") || key === "?")
  );
}

/** Whether the person is writing, so that single keys are text and no shortcuts. */
export function isWriting(event: KeyboardEvent): boolean {
  const at = event.target;
  return (
    at instanceof HTMLElement &&
    (at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName))
  );
}
