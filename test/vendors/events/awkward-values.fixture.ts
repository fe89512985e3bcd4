import type { SeededRandom } from '../random.fixture.ts';

/** What a history may decide about one event besides its time. */
export interface Traits {
  /** Gives it fields and enumeration values no published schema has, and nulls for absent members. */
  readonly strange?: boolean;
  /** Thalassa: an entry of an internal service, left out by default (wire: thalassa 3.1). */
  readonly system?: boolean;
  /** CockroachDB: in which of its two forms the payload is written (wire: cockroachdb 3.3). */
  readonly payload?: 'text' | 'object';
}

/** Text that careless CSV, HTML or JSON writers break. */
const AWKWARD = [
  'plain words',
  'comma, "quote" and \\backslash',
  'two\nlines\r\nand a third',
  '<b>&amp;</b> \u2028 separator',
  'naïve café — 日本語 🦉',
  ' =1+1 ',
  'nul\u0000 and bell\u0007',
];

export const awkwardText = (random: SeededRandom): string => random.pick(AWKWARD);

/** Members of no published schema, each a different JSON kind. */
export function strangeFields(random: SeededRandom): Record<string, unknown> {
  return {
    zoneOfOrigin: awkwardText(random),
    riskScore: random.int(0, 1000) / 8,
    flags: [true, null, random.int(0, 9)],
    nested: { 'key with space': { deeper: [] } },
  };
}

const HEX = '0123456789abcdef';

export const hex = (random: SeededRandom, length: number): string => random.text(length, HEX);

export function uuid(random: SeededRandom): string {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
}

export const ipAddress = (random: SeededRandom): string =>
  random.pick([`203.0.113.${random.int(1, 254)}`, `2001:db8::${hex(random, 4)}`]);
