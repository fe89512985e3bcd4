/**
 * Keys that do something anywhere on a page. They can be turned off (WCAG 2.1.4): some people's software types keys by
 * itself. Keys of an element that has the focus are not among them.
 */
const name = 'annals-shortcuts';

export function areShortcutsOn(): boolean {
  return localStorage.getItem(name) !== 'off';
}

export function turnShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(name);
  else localStorage.setItem(name, 'off');
}

/** Calls back for a key alone, while nothing is being typed. Returns how to stop. */
export function onShortcut(key: string, act: () => void): () => void {
  const listener = (event: KeyboardEvent) => {
    if (event.key !== key || event.defaultPrevented || !areShortcutsOn()) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = 'input, select, textarea, [contenteditable], [role=dialog], [role=menu]';
    if (event.target instanceof Element && event.target.closest(typing) !== null) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
}
