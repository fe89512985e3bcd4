/**
 * What a mutation run tries, in slices: some files of one area each, few enough for one run. An area says which tests
 * have to notice its mutants. A test that is not named does not count, although it might notice one too.
 */
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';

interface Area {
  /** A folder below `src/`. What is below it belongs to the area too, unless another area has a longer name. */
  readonly folder: string;
  readonly tests: readonly string[];
}

export interface Slice {
  /** Source files to mutate. */
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/** What reads vendors' trails: the clients of the dialects count on these. */
const exports = [
  'test/export/{crash,own-dialects,sync,traps}.test.ts',
  'src/cli/{export,sync}.test.ts',
];

const areas: readonly Area[] = [
  { folder: 'integrity', tests: ['src/integrity/*.test.ts', 'src/ledger/sequencing.test.ts'] },
  {
    folder: 'core',
    tests: [
      'src/core/*.test.ts',
      'src/ledger/sequencing.test.ts',
      'src/store/event-columns.test.ts',
      'src/api/app.test.ts',
    ],
  },
  {
    folder: 'core/json',
    tests: ['src/core/json/*.test.ts', 'src/core/{draft,schema-check,utf8}.test.ts'],
  },
  {
    folder: 'ledger',
    tests: [
      'src/ledger/{group-commit,log-tree,retention,sequencing}.test.ts',
      'src/api/access.test.ts',
      'src/api/admin/erasures.test.ts',
    ],
  },
  { folder: 'ledger/anchors', tests: ['src/ledger/anchors/*.test.ts'] },
  { folder: 'ledger/checkpoints', tests: ['src/ledger/checkpoints/**/*.test.ts'] },
  {
    folder: 'client',
    tests: [
      'src/client/*.test.ts',
      'src/dialects/native/client.test.ts',
      'test/export/own-dialects.test.ts',
    ],
  },
  {
    folder: 'export',
    tests: [
      'src/export/*.test.ts',
      'test/export/crash.test.ts',
      'src/cli/{export,export-progress,sync}.test.ts',
    ],
  },
  {
    folder: 'export/proofs',
    tests: ['src/export/proofs/*.test.ts', 'test/export/proved-crash.test.ts'],
  },
  { folder: 'export/sorting', tests: ['src/export/sorting/*.test.ts'] },
  {
    folder: 'export/sources',
    tests: ['src/export/sources/*.test.ts', 'test/export/{own-dialects,sync}.test.ts'],
  },
  { folder: 'export/sync', tests: ['test/export/{sync,sync-model}.test.ts'] },
  { folder: 'export/verify', tests: ['test/verify/*.test.ts', 'src/cli/dropped.test.ts'] },
  { folder: 'dialects', tests: ['src/dialects/*.test.ts', 'src/dialects/*/*.test.ts'] },
  {
    folder: 'dialects/cloudtrail',
    tests: ['src/cli/importers.test.ts', 'test/cloudtrail.test.ts'],
  },
  {
    folder: 'dialects/cockroachdb',
    tests: [
      'src/dialects/{cockroachdb/,}*.test.ts',
      ...exports,
      'test/vendors/cockroachdb.test.ts',
    ],
  },
  {
    folder: 'dialects/native',
    tests: ['src/dialects/native/*.test.ts', 'test/verify/server.test.ts', ...exports],
  },
  {
    folder: 'dialects/thalassa',
    tests: [
      'src/dialects/{thalassa/,}*.test.ts',
      'src/api/dropped-events.test.ts',
      ...exports,
      'test/vendors/thalassa.test.ts',
    ],
  },
  {
    folder: 'dialects/upcloud',
    tests: ['src/dialects/{upcloud/,}*.test.ts', ...exports, 'test/vendors/upcloud.test.ts'],
  },
  { folder: 'api/trail', tests: ['src/api/*.test.ts', 'src/api/trail/*.test.ts'] },
];

/** The lines of source in a slice, more or less. */
const linesPerSlice = 600;

/** Every source file of the areas is in exactly one slice. `root` is the repository. */
export function slicesOf(root: string): Slice[] {
  const glob = (patterns: string | readonly string[]) => globSync(patterns, { cwd: root }).sort();
  const taken = new Set<string>();
  const slices: Slice[] = [];
  for (const { folder, tests } of areas.toSorted((one, other) => byDepth(other, one))) {
    const sources = glob(`src/${folder}/**/*.ts`).filter(
      (file) => !/\.(test|fixture|contract)\.ts$/.test(file) && !taken.has(file),
    );
    for (const file of sources) taken.add(file);
    for (const files of cut(sources, (file) => linesOf(`${root}/${file}`))) {
      slices.push({ files, tests: glob(tests) });
    }
  }
  return slices.sort((one, other) => (one.files[0]! < other.files[0]! ? -1 : 1));
}

function byDepth(one: Area, other: Area): number {
  return one.folder.length - other.folder.length;
}

/** Cuts a list into pieces of about the same size. */
function cut(files: readonly string[], size: (file: string) => number): string[][] {
  const sizes = files.map(size);
  const total = sizes.reduce((sum, lines) => sum + lines, 0);
  const pieces: string[][] = Array.from({ length: Math.ceil(total / linesPerSlice) }, () => []);
  let before = 0;
  for (const [index, file] of files.entries()) {
    const middle = before + sizes[index]! / 2;
    pieces[Math.floor((middle / total) * pieces.length)]!.push(file);
    before += sizes[index]!;
  }
  return pieces.filter((piece) => piece.length > 0);
}

function linesOf(file: string): number {
  return readFileSync(file, 'utf8').split('\n').length;
}

/** The files that match a glob, with the tests of the areas they are in. */
export function sliceOf(root: string, glob: string): Slice {
  const slices = slicesOf(root).map((slice) => ({
    ...slice,
    files: slice.files.filter((file) => matchesGlob(file, glob)),
  }));
  const touched = slices.filter(({ files }) => files.length > 0);
  return {
    files: touched.flatMap(({ files }) => files),
    tests: [...new Set(touched.flatMap(({ tests }) => tests))],
  };
}

/** The number of the slice whose turn it is on a day, from 1: one a day. */
export function turnOf(day: Date, slices: number): number {
  return (Math.floor(day.getTime() / 86_400_000) % slices) + 1;
}
