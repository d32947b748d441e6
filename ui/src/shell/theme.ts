// Light, dark or as the system says.

/** Puts the theme on the page. */
export function wear(theme: string): void {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
