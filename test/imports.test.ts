import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** Folders of the source and how high they stand: a folder may import from lower ones and from itself. */
const levels: Record<string, number> = {
  core: 0,
  integrity: 1,
  runtime: 1,
  recorder: 1,
  store: 2,
  access: 2,
  client: 2,
  ledger: 3,
  export: 3,
  formats: 3,
  http: 4,
  dialects: 5,
  api: 6,
  server: 7,
  cli: 8,
};

/** Implementations of one contract, which stay strangers to each other. */
const strangers = [
  'store/memory',
  'store/segmented',
  'dialects/thalassa',
  'dialects/upcloud',
  'dialects/cockroachdb',
  'dialects/native',
  'dialects/cloudtrail',
];

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Test equipment and suites put parts together as they like. */
const isEquipment = (file: string) => /\.(test|contract|fixture)\.ts$/.test(file);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

const imports: Import[] = filesBelow(source)
  .filter((file) => !isEquipment(file))
  .flatMap((from) => {
    const text = readFileSync(join(source, from), 'utf8');
    const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
    return targets.map(([, path = '']) => ({
      from,
      to: relative(source, join(source, dirname(from), path))
        .split(sep)
        .join('/'),
    }));
  });

const folderOf = (file: string) => file.split('/')[0] ?? '';
const wordsOf = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

describe('imports', () => {
  it('were found, and every folder has its level', () => {
    assert.ok(imports.length > 100);
    for (const { from } of imports) assert.ok(folderOf(from) in levels, from);
  });

  it('go down', () => {
    const up = imports.filter(({ from, to }) => {
      if (to.startsWith('..') || folderOf(from) === folderOf(to)) return false;
      return (levels[folderOf(to)] ?? 0) >= (levels[folderOf(from)] ?? 0);
    });
    assert.deepEqual(wordsOf(up), []);
  });

  it('leave the source only for the package’s own manifest', () => {
    const out = imports.filter(({ to }) => to.startsWith('..') && to !== '../package.json');
    assert.deepEqual(wordsOf(out), []);
  });

  it('keep implementations of one contract strangers', () => {
    const known = imports.filter(({ from, to }) => {
      const one = strangers.find((folder) => from.startsWith(`${folder}/`));
      const other = strangers.find((folder) => to.startsWith(`${folder}/`));
      return one !== undefined && other !== undefined && one !== other;
    });
    assert.deepEqual(wordsOf(known), []);
  });

  it('keep the two halves of a dialect apart, but for what both speak', () => {
    const across = imports.filter(
      ({ from, to }) =>
        (/\/server\.ts$/.test(from) && /dialects\/.*\/client\.ts$/.test(to)) ||
        (/dialects\/.*\/client\.ts$/.test(from) && /\/server\.ts$/.test(to)),
    );
    assert.deepEqual(wordsOf(across), []);
  });

  it('let the recorder know nothing but the core', () => {
    const more = imports.filter(
      ({ from, to }) =>
        folderOf(from) === 'recorder' && !['recorder', 'core'].includes(folderOf(to)),
    );
    assert.deepEqual(wordsOf(more), []);
  });
});
