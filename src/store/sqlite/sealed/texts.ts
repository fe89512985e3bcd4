import { bytesOf } from './codes.ts';

/** The frame of a part's searchable texts: their lengths as 32-bit numbers, then the texts. */
export function textFrame(texts: readonly Uint8Array[]): Uint8Array {
  const lengths = Uint32Array.from(texts, ({ length }) => length);
  return Buffer.concat([bytesOf(lengths), ...texts]);
}
