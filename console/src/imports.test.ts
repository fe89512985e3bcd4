import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('.', import.meta.url));

/** A file imports from its own folder and from lower ones; files beside this one stand above all folders. */
const levels: Readonly<Record<string, number>> = {
  ui: 0,
  api: 1,
  fields: 1,
  proof: 2,
  parts: 3,
  pages: 4,
  offline: 4,
};
/** What every folder may use, and has no folder. */
const shared = ['search.ts', 'theme.ts'];
/** A page that shows another one inside it. */
const knownPages = ['events -> event'];

const files = globSync('**/*.{ts,tsx}', { cwd: source })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'));

/** Imports of values; types are gone when the program runs. */
const imports = files.flatMap((from) =>
  [...readFileSync(join(source, from), 'utf8').matchAll(/^import (?!type )[^;]*?'(\.[^']+)'/gm)]
    .map(([, path = '']) => ({
      from,
      to: normalize(join(dirname(from), path))
        .split(sep)
        .join('/'),
    }))
    .filter(({ to }) => !to.startsWith('..') && !to.endsWith('.css')),
);

const folderOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
const levelOf = (file: string) => levels[folderOf(file)] ?? Number.POSITIVE_INFINITY;
const pageOf = (file: string) => (/^pages\/([^/]+)\//.exec(file) ?? [])[1];

it('every folder of the console has its level', () => {
  assert.ok(imports.length > 50);
  const folders = new Set(files.map(folderOf));
  folders.delete('');
  assert.deepEqual([...folders].sort(), Object.keys(levels).sort());
});

it('the console imports downwards', () => {
  const wrong = imports.filter(
    ({ from, to }) => !shared.includes(to) && levelOf(to) > levelOf(from),
  );
  assert.deepEqual(wrong, []);
});

it('a page of the console imports no other page, but for those that show one', () => {
  const pairs = imports.flatMap(({ from, to }) => {
    const [one, other] = [pageOf(from), pageOf(to)];
    return one === undefined || other === undefined || one === other ? [] : [`${one} -> ${other}`];
  });
  assert.deepEqual([...new Set(pairs)].sort(), knownPages);
});
