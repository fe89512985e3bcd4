/**
 * Bounds of the times in some ids, both included, in milliseconds. An id with a time outside is not among them: so a new
 * id is known to be new without looking at old ones.
 */
export interface IdTimes {
  readonly earliest: number;
  readonly latest: number;
}

export const noIdTimes: IdTimes = {
  earliest: Number.POSITIVE_INFINITY,
  latest: Number.NEGATIVE_INFINITY,
};

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The time in an id that is a UUID of version 7, as ours and our recorder's are. */
export function idTime(eventID: string): number | undefined {
  if (!uuidV7.test(eventID)) return undefined;
  return Number.parseInt(eventID.slice(0, 8) + eventID.slice(9, 13), 16);
}

export function unionOfTimes(a: IdTimes, b: IdTimes): IdTimes {
  return { earliest: Math.min(a.earliest, b.earliest), latest: Math.max(a.latest, b.latest) };
}
