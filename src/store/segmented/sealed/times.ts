import type { Micros } from '../../../core/micros.ts';

/** Bytes for a whole number that is exact in a double. */
const planes = 7;
const exact = 2 ** 52;

/**
 * A column of times as bytes that compress well: differences to the row before in zigzag form; first the lowest bytes of
 * all rows, then their second bytes, and so on. If a difference might not be exact, the doubles themselves.
 */
export function encodeTimes(times: Float64Array): Uint8Array {
  const { length } = times;
  let [least, most] = [0, 0];
  for (const time of times) {
    if (time < least) least = time;
    if (time > most) most = time;
  }
  if (most - least > exact) return new Uint8Array(times.slice().buffer);
  const bytes = new Uint8Array(length * planes);
  let before = 0;
  for (let row = 0; row < length; row += 1) {
    const difference = times[row]! - before;
    before = times[row]!;
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
    for (let plane = 0; plane < planes; plane += 1) {
      bytes[plane * length + row] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return bytes;
}

export function decodeTimes(bytes: Uint8Array, length: number): Float64Array {
  if (bytes.length === length * 8) return new Float64Array(Uint8Array.from(bytes).buffer);
  const times = new Float64Array(length);
  let time: Micros = 0;
  for (let row = 0; row < length; row += 1) {
    let zigzag = 0;
    for (let plane = planes - 1; plane >= 0; plane -= 1) {
      zigzag = zigzag * 256 + bytes[plane * length + row]!;
    }
    time += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    times[row] = time;
  }
  return times;
}
