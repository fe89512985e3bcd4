import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** The rooms of the source and how high each stands: a file may import from its own room and from lower ones. */
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
  backup: 4,
  http: 4,
  reports: 4,
  dialects: 5,
  api: 6,
  server: 7,
  cli: 8,
};

/**
 * Folders beside each other are strangers. These pairs are the exceptions: the first needs what the second is for, and
 * never the other way.
 */
const knownSiblings = [
  'export/proofs -> export/sinks',
  'export/proofs -> export/sorting',
  'export/sync -> export/sources',
  'export/verify -> export/proofs',
  'ledger/anchors -> ledger/checkpoints',
  'store/segmented/active -> store/segmented/ids',
  'store/segmented/sealed -> store/segmented/ids',
];

/** What the folders of the segmented store may know of the files above them: the contracts between them. */
const segmentedContracts = ['log-slice.ts', 'seal-source.ts', 'stored-row.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Test equipment and suites put parts together as they like. */
const isEquipment = (file: string) => /\.(test|contract|fixture)\.ts$/.test(file);

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((file) => !isEquipment(file));

const textOf = (file: string) => readFileSync(join(source, file), 'utf8');

const imports: Import[] = files.flatMap((from) => {
  const targets = [...textOf(from).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return targets.map(([, path = '']) => ({
    from,
    to: relative(source, join(source, dirname(from), path))
      .split(sep)
      .join('/'),
  }));
});

const roomOf = (file: string) => file.split('/')[0] ?? '';
const linesOf = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

/** The two folders that stand beside each other, when an import goes from one of two siblings to the other. */
function siblingsOf({ from, to }: Import): string | undefined {
  const [fromFolders, toFolders] = [dirname(from).split('/'), dirname(to).split('/')];
  const shared = fromFolders.findIndex((folder, depth) => folder !== toFolders[depth]);
  if (shared < 1 || toFolders[shared] === undefined) return undefined;
  const folder = (folders: readonly string[]) => folders.slice(0, shared + 1).join('/');
  return `${folder(fromFolders)} -> ${folder(toFolders)}`;
}

/** All files that a file imports, at once or through others. */
function reachedFrom(file: string, among: (file: string) => boolean): Set<string> {
  const reached = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { from, to } of imports) {
      if (from !== next || !among(to) || reached.has(to)) continue;
      reached.add(to);
      waiting.push(to);
    }
  }
  return reached;
}

/** Files and packages that are loaded before a file: not those of types, and not `import()`, for what is not always needed. */
function loadedWith(file: string): ReadonlySet<string> {
  const loaded = (from: string) =>
    [...textOf(from).matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm)].map(
      ([, path = '']) => (path.startsWith('.') ? join(dirname(from), path) : path),
    );
  const reached = new Set([file]);
  // A set that grows is walked to its end.
  for (const name of reached) {
    if (name.endsWith('.ts')) for (const next of loaded(name)) reached.add(next);
  }
  return reached;
}

describe('imports', () => {
  it('were found, and every room has its level', () => {
    assert.ok(imports.length > 100);
    for (const { from } of imports) assert.ok(roomOf(from) in levels, from);
  });

  it('go down', () => {
    const up = imports.filter(({ from, to }) => {
      if (to.startsWith('..') || roomOf(from) === roomOf(to)) return false;
      return (levels[roomOf(to)] ?? 0) >= (levels[roomOf(from)] ?? 0);
    });
    assert.deepEqual(linesOf(up), []);
  });

  it('load no schema library for an export, which has no memory to spare for it', () => {
    const reached = loadedWith('cli/export.ts');
    assert.ok(reached.has('commander') && reached.has('export/run-export.ts'));
    assert.ok(!reached.has('zod'));
  });

  it('load no package for annals --version, and one for the help', () => {
    const packages = (file: string) =>
      [...loadedWith(file)].filter((name) => !/^node:|[.](?:ts|json)$/.test(name));
    assert.deepEqual(packages('cli/main.ts'), []);
    assert.deepEqual(packages('cli/run.ts'), ['commander']);
  });

  it('leave the source only for the package’s own manifest', () => {
    const out = imports.filter(({ to }) => to.startsWith('..') && to !== '../package.json');
    assert.deepEqual(linesOf(out), []);
  });

  it('keep folders beside each other strangers, but for the listed pairs', () => {
    const found = new Set(imports.map(siblingsOf).filter((pair) => pair !== undefined));
    assert.deepEqual([...found].sort(), knownSiblings);
    const reversed = knownSiblings.map((pair) => pair.split(' -> ').reverse().join(' -> '));
    assert.deepEqual(
      knownSiblings.filter((pair) => reversed.includes(pair)),
      [],
    );
  });

  it('let the folders of the segmented store know nothing of it but their contracts', () => {
    const isInside = (file: string) => /^store\/segmented\/[^/]+\//.test(file);
    const isAbove = (file: string) => /^store\/segmented\/[^/]+$/.test(file);
    const up = imports.filter(({ from, to }) => isInside(from) && isAbove(to));
    assert.ok(up.length > 10);
    assert.deepEqual(
      linesOf(up.filter(({ to }) => !segmentedContracts.includes(to.split('/').at(-1)!))),
      [],
    );
  });

  it('keep the two halves of a dialect apart, but for wire.ts and what it needs', () => {
    const folders = new Set(files.filter((file) => file.endsWith('/client.ts')).map(dirname));
    for (const folder of [...folders].filter((each) => each.startsWith('dialects/'))) {
      const isInside = (file: string) => dirname(file) === folder;
      const halfOf = (name: string) => reachedFrom(`${folder}/${name}.ts`, isInside);
      const wire = halfOf('wire').add(`${folder}/wire.ts`);
      const shared = [...halfOf('server')].filter((file) => halfOf('client').has(file));
      assert.deepEqual(
        shared.filter((file) => !wire.has(file)),
        [],
        folder,
      );
    }
  });

  it('let the recorder know nothing but the core', () => {
    const more = imports.filter(
      ({ from, to }) => roomOf(from) === 'recorder' && !['recorder', 'core'].includes(roomOf(to)),
    );
    assert.deepEqual(linesOf(more), []);
  });

  it('form no circle', () => {
    const circles = files.filter((file) => reachedFrom(file, () => true).has(file));
    assert.deepEqual(circles, []);
  });
});

describe('exported types', () => {
  it('have one name each in the whole source', () => {
    const places = new Map<string, string[]>();
    for (const file of files) {
      const names = textOf(file).matchAll(
        /^export (?:abstract )?(?:interface|type|class|enum) (\w+)/gm,
      );
      for (const [, name = ''] of names) places.set(name, [...(places.get(name) ?? []), file]);
    }
    assert.ok(places.size > 100);
    const twice = [...places].filter(([, found]) => found.length > 1);
    assert.deepEqual(twice, []);
  });
});
