import { type EventTexts, eventTexts, type PersonalPaths } from '../integrity/personal.ts';
import type { StoredEvent } from '../store/event-store.ts';

/**
 * A stored event's texts: as it is, and as its leaf is made of. An event whose personal parts are erased is its own
 * leaf text. Throws `invalid` when it has personal parts and lost its salt.
 */
export function textsOf(
  { body, salt }: Pick<StoredEvent, 'body' | 'salt'>,
  paths: PersonalPaths,
): EventTexts {
  return eventTexts(JSON.parse(body) as object, salt, paths);
}
