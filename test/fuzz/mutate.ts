import type { SeededRandom } from '../vendors/random.fixture.ts';

/** Longer inputs run slowly and rarely reach anything else. */
const maxBytes = 4_096;

/** An input near one that is known, by a few changes of a few bytes. */
export function mutate(
  random: SeededRandom,
  input: Buffer,
  another: Buffer,
  dictionary: readonly string[],
): Buffer {
  let bytes = input;
  for (let change = random.int(1, 4); change > 0; change -= 1) {
    bytes = random.pick(changes)(random, bytes, another, dictionary);
  }
  return bytes.subarray(0, maxBytes);
}

type Change = typeof mutate;

const changes: readonly Change[] = [
  function flipBit(random, bytes) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.int(0, copy.length - 1)]! ^= 1 << random.int(0, 7);
    return copy;
  },
  function setByte(random, bytes) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.int(0, copy.length - 1)] = random.pick(interestingBytes);
    return copy;
  },
  function setNumber(random, bytes) {
    const copy = Buffer.from(bytes);
    if (copy.length >= 4) {
      copy.writeInt32LE(random.pick(interestingNumbers), random.int(0, copy.length - 4));
    }
    return copy;
  },
  function cut(random, bytes) {
    const [from, to] = span(random, bytes);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(random, bytes) {
    const [from, to] = span(random, bytes);
    return insert(random, bytes, bytes.subarray(from, to));
  },
  function takeFromAnother(random, bytes, another) {
    const [from, to] = span(random, another);
    return insert(random, bytes, another.subarray(from, to));
  },
  function splice(random, bytes, another) {
    const [from] = span(random, bytes);
    const [to] = span(random, another);
    return Buffer.concat([bytes.subarray(0, from), another.subarray(to)]);
  },
  function insertWord(random, bytes, _, dictionary) {
    return insert(random, bytes, Buffer.from(random.pick(dictionary)));
  },
  function insertBytes(random, bytes) {
    const length = random.int(1, 4);
    return insert(random, bytes, Buffer.from(Array.from({ length }, () => random.int(0, 255))));
  },
];

const interestingBytes = [
  0, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x30, 0x39, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc3, 0xed,
  0xff,
];
const interestingNumbers = [0, 1, -1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, -0x80000000];

function span(random: SeededRandom, bytes: Buffer): [from: number, to: number] {
  const from = random.int(0, bytes.length);
  return [from, Math.min(bytes.length, from + random.int(1, 16))];
}

function insert(random: SeededRandom, bytes: Buffer, added: Buffer): Buffer {
  const at = random.int(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
}
