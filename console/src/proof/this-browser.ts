import { BrowserMemory } from './memory.ts';

function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // A browser may keep nothing for a page.
    return undefined;
  }
}

export const browserMemory = new BrowserMemory(storage());
