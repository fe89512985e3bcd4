import { numbers } from './api-events.ts';

const words =
  'the a to of and asked for key server volume network was created by deleted changed'.split(' ');
const longest = 64 * 1024;
const random = numbers(1);
/** Words and numbers, so that it compresses about as well as audit entries. */
const text = Array.from({ length: longest / 3 }, () =>
  random(3) === 0 ? random(1_000_000).toString(36) : words[random(words.length)],
).join(' ');

/** So many characters of this text, from another start for each index. */
export function fillerText(index: number, length: number): string {
  const start = (index * 7_919) % (text.length - length);
  return text.slice(start, start + length);
}
