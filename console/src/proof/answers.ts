import type { LeafProof, LeafSource } from '../../../src/integrity/event-proof.ts';

/** What servers answer, read strictly: a text that is not exactly what our server writes is not believed. */

type Shape = 'text' | 'texts' | 'size' | 'sources';

const fits: Record<Shape, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  size: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  sources: (value) =>
    Array.isArray(value) &&
    value.every((each) => hasShape(each, {}, { text: 'text', salt: 'text' })),
};

type Shapes = Readonly<Record<string, Shape>>;

function hasShape(value: unknown, required: Shapes, optional: Shapes = {}): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const members = new Map(Object.entries(value));
  const isThere = ([name, shape]: [string, Shape]) =>
    members.has(name) && fits[shape](members.get(name));
  const known = { ...required, ...optional };
  return (
    Object.entries(required).every(isThere) &&
    [...members].every(([name, member]) => known[name] !== undefined && fits[known[name]](member))
  );
}

function read<T>(text: string, what: string, required: Shapes, optional?: Shapes): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`The server’s ${what} cannot be read: it is not JSON`);
  }
  if (!hasShape(value, required, optional) || JSON.stringify(value) !== text) {
    throw new Error(`The server’s ${what} cannot be read: it is not in the form that servers send`);
  }
  return value as T;
}

export interface ServedKeys {
  readonly current: string;
  readonly previous: readonly string[];
  readonly witnesses: readonly string[];
  readonly personalPaths: readonly string[];
}

/** All throw an `Error` for any other text. */
export const readKeys = (text: string): ServedKeys =>
  read(text, 'list of keys', {
    current: 'text',
    previous: 'texts',
    witnesses: 'texts',
    personalPaths: 'texts',
  });

export interface ServedInclusion extends LeafProof {
  readonly size: number;
  readonly root: string;
}

export const readInclusion = (text: string): ServedInclusion =>
  read(
    text,
    'proof',
    { sequence: 'size', size: 'size', root: 'text', leaf: 'text', hashes: 'texts' },
    { text: 'text', salt: 'text' },
  );

export const readConsistency = (
  text: string,
): { readonly from: number; readonly to: number; readonly hashes: readonly string[] } =>
  read(text, 'proof that the log only grew', { from: 'size', to: 'size', hashes: 'texts' });

export const readMultiproof = (
  text: string,
): {
  readonly size: number;
  readonly root: string;
  readonly hashes: string;
  readonly texts: readonly LeafSource[];
} => read(text, 'proof', { size: 'size', root: 'text', hashes: 'text', texts: 'sources' });
