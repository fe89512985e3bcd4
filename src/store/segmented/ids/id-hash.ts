/** Random bytes of one data directory: nobody outside can create ids that collide. */
export interface IdSeed {
  readonly high: number;
  readonly low: number;
}

/** 64 bits in two halves of 32. */
export interface IdHash {
  readonly high: number;
  readonly low: number;
}

/**
 * The hash by which an event's id is looked up. It only narrows the search: the event that is found must be compared too.
 * Two multiply-and-xor lanes over the UTF-16 units, mixed at the end as in MurmurHash3. It is part of the file format.
 */
export function idHash({ high, low }: IdSeed, log: number, eventID: string): IdHash {
  let a = (high ^ log) | 0;
  let b = (low ^ Math.imul(log, 0x85ebca6b)) | 0;
  for (let at = 0; at < eventID.length; at += 1) {
    const unit = eventID.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return { high: mix(a ^ Math.imul(b, 0x27d4eb2f)), low: mix(b ^ Math.imul(a, 0x165667b1)) };
}

function mix(half: number): number {
  let mixed = Math.imul(half ^ (half >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
