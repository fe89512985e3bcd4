/** Light, dark, or as the system says. Remembered in this browser; set before the first paint, so nothing flashes. */
export type Theme = 'system' | 'light' | 'dark';

const name = 'annals-theme';

export function currentTheme(): Theme {
  const kept = localStorage.getItem(name);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(name);
  else localStorage.setItem(name, theme);
  apply(theme);
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

apply(currentTheme());
