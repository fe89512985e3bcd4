/**
 * `npm run check:packages`: packs what is published, installs it into empty folders outside of the clone, and uses it there,
 * on the machine's own Node and on the pinned one. Needs npm and its registry.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useAnnals } from './use-annals.fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'annals-packages-'));
// Another user is to enter it.
chmodSync(folder, 0o755);

/** As in a shell: without what npm puts in front for its scripts. */
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((entry) => !entry.includes('node_modules') && !entry.includes('node-gyp-bin'))
  .join(delimiter);
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^(?:npm|node)_(?!extra)/i.test(name),
);
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(inherited),
  PATH: path,
  HOME: folder,
  npm_config_cache: join(folder, 'cache'),
  npm_config_update_notifier: 'false',
};
const onPinned = { ...environment, PATH: join(root, 'node_modules/.bin') + delimiter + path };
const pinned = process.execPath;

const start = Date.now();
function say(sentence: string): void {
  process.stdout.write(`${((Date.now() - start) / 1_000).toFixed(0).padStart(4)} s  ${sentence}\n`);
}

function run(program: string, args: readonly string[], cwd: string, env = environment): string {
  return execFileSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** An empty folder with these files, by name. */
function folderWith(name: string, files: Readonly<Record<string, unknown>>): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(
      join(directory, file),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  return directory;
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(directory: string): Packed {
  const args = ['pack', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(run('npm', args, directory)) as Packed[];
  assert.ok(packed);
  return { ...packed, filename: join(folder, packed.filename.replace('@', '').replace('/', '-')) };
}

/** What people leave in a clone, wherever they were when they exported. */
const leftovers = [
  'audit-logs-2026-06.json',
  'audit-logs-2026-06.manifest.json',
  'trail.ndjson',
  'acme.key',
];

function withLeftovers<T>(directories: readonly string[], work: () => T): T {
  const files = directories.flatMap((each) => leftovers.map((name) => join(root, each, name)));
  for (const file of files) {
    assert.ok(!existsSync(file), `${file} is in the way`);
    writeFileSync(file, 'secret');
  }
  try {
    return work();
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

function packBoth(): { annals: string; recorder: string } {
  const built = join(folder, 'built');
  const [annals, recorder] = withLeftovers(['', 'src', 'src/recorder', 'bin', 'packaging'], () => {
    run(pinned, [join(root, 'packaging/build.ts'), built], root, onPinned);
    for (const name of leftovers) {
      writeFileSync(join(built, 'annals', name), 'secret');
      writeFileSync(join(built, 'recorder', name), 'secret');
    }
    return [pack(join(built, 'annals')), pack(join(built, 'recorder'))];
  });
  const expected = [
    /^(?:CHANGELOG\.md|LICENSE|README\.md|THIRD-PARTY-NOTICES|package\.json|bin\/annals\.js|dist\/[\w-]+\.js(?:\.map)?|dist\/console\/(?:(?:index|verify)\.html|icon\.svg|assets\/[\w-]+\.(?:css|js))(?:\.br)?|man\/annals[\w-]*\.1)$/,
    /^(?:LICENSE|README\.md|package\.json|esm\/index\.(?:js|d\.ts)|cjs\/(?:package\.json|index\.js(?:\.map)?|(?:core|recorder)\/[\w-]+\.d\.ts))$/,
  ];
  for (const [index, packed] of [annals, recorder].entries()) {
    const strange = packed!.files.filter(({ path: file }) => !expected[index]!.test(file));
    assert.deepEqual(strange, []);
  }
  assert.ok(recorder!.size < 60_000, `The recorder has ${recorder!.size} bytes`);
  say(`packed annals (${annals!.size} bytes) and @annals/recorder (${recorder!.size} bytes)`);
  refuseRepository();
  return { annals: annals!.filename, recorder: recorder!.filename };
}

/** Also with scripts switched off, nothing of a clone is packed but what npm always takes. */
function refuseRepository(): void {
  const refused = spawnSync('npm', ['pack', '--dry-run'], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
  });
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /Cannot pack the repository/);
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = withLeftovers(['', 'src', 'bin'], () =>
    JSON.parse(run('npm', args, root)),
  ) as Packed[];
  const names = packed?.files.map(({ path: file }) => file).toSorted();
  assert.deepEqual(names, ['LICENSE', 'README.md', 'bin/annals.js', 'package.json']);
}

/** TypeScript as strict as it can be, without a type that the recorder does not bring. */
function compileStrictly(recorder: string): void {
  const consumer = folderWith('types', { 'package.json': { type: 'module' } });
  run('npm', ['install', recorder, 'typescript@5.9.3'], consumer);
  cpSync(join(here, 'consumer.ts.txt'), join(consumer, 'consumer.ts'));
  cpSync(join(here, 'consumer.ts.txt'), join(consumer, 'consumer.cts'));
  const strict = {
    target: 'es2022',
    lib: ['es2023'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const compile = (compiler: string, file: string, options: Readonly<Record<string, unknown>>) => {
    const compilerOptions = { ...strict, ...options };
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: [file] }),
    );
    run(pinned, [compiler], consumer);
  };
  const newest = join(root, 'node_modules/typescript/bin/tsc');
  const older = join(consumer, 'node_modules/typescript/bin/tsc');
  for (const compiler of [newest, older]) {
    compile(compiler, 'consumer.ts', { module: 'nodenext' });
    compile(compiler, 'consumer.cts', { module: 'nodenext' });
    compile(compiler, 'consumer.ts', { module: 'esnext', moduleResolution: 'bundler' });
  }
  compile(older, 'consumer.ts', { module: 'commonjs', moduleResolution: 'node10' });
  say('the declarations of the recorder compile, in seven ways');
}

const globally = join(folder, 'global');

async function useGlobally(annals: string): Promise<void> {
  run('npm', ['install', '--global', '--prefix', globally, annals], folder);
  const command = [join(globally, 'bin/annals')];
  for (const [name, env] of [
    [`Node ${run('node', ['--version'], folder).trim()} of the machine`, environment],
    [`Node ${process.version}, pinned`, onPinned],
  ] as const) {
    await useAnnals(folder, { command, env });
    say(`installed globally, on ${name}: serves, exports with a proof, verifies`);
  }
  if (process.getuid?.() !== 0) {
    say('Not checked: another user than the one who installed. That needs root.');
    return;
  }
  const nobody = 65_534;
  const before = listed(globally);
  await useAnnals(folder, { command, env: environment, uid: nobody });
  assert.equal(listed(globally), before);
  say('the same for a user who can write nothing of the installation');
}

const listed = (directory: string) => run('find', [directory, '-printf', '%p %s %T@\\n'], folder);

/** Together with what applications need, so that npm puts Node beside the package and not into it. */
async function useLocally(annals: string, recorder: string): Promise<void> {
  const project = folderWith('project', { 'package.json': { private: true } });
  const frameworks = [
    'express@5.3.0',
    'fastify@5.12.8',
    'hono@4.13.19',
    '@types/express@5.0.6',
    '@types/node@22',
  ];
  run('npm', ['install', annals, recorder, ...frameworks], project);
  assert.ok(!existsSync(join(project, 'node_modules/annals/node_modules')));
  const program = join(project, 'node_modules/annals/bin/annals.js');
  for (const extension of ['mjs', 'cjs'])
    cpSync(join(here, `shop.${extension}`), join(project, `shop.${extension}`));
  const machine = run('sh', ['-c', 'command -v node'], folder).trim();
  const applications = [machine, pinned].flatMap((node) => [
    [node, join(project, 'shop.mjs')],
    [node, join(project, 'shop.cjs')],
  ]);
  await useAnnals(folder, { command: [machine, program], env: environment, applications });
  say('installed in a project: its applications record, as ESM and as CommonJS, on both Nodes');

  cpSync(join(here, 'frameworks.ts.txt'), join(project, 'frameworks.mts'));
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['frameworks.mts'] }),
  );
  run(pinned, [join(root, 'node_modules/typescript/bin/tsc')], project);
  say('the middleware fits the types of Express, Fastify and Hono');
}

function useByNpx(annals: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const empty = folderWith('npx', {});
  const printed = run('npx', ['--yes', '--package', annals, 'annals', '--version'], empty);
  assert.equal(printed.trim(), version);
  say('npx runs it');
}

function refuseWithoutNode(annals: string): void {
  const project = folderWith('no-node', { 'package.json': { private: true } });
  run('npm', ['install', '--omit=optional', annals], project);
  const machine = Number(/\d+/.exec(run('node', ['--version'], folder))?.[0]);
  const { status, stderr } = spawnSync('npx', ['annals', '--version'], {
    cwd: project,
    env: environment,
    encoding: 'utf8',
  });
  if (machine >= 26) assert.equal(status, 0);
  else {
    assert.equal(status, 1);
    assert.match(stderr, /Cannot start on Node .* without --omit=optional/);
  }
  say('without its Node it runs on a new one, and says on an old one what is missing');
}

try {
  const { annals, recorder } = packBoth();
  compileStrictly(recorder);
  await useGlobally(annals);
  await useLocally(annals, recorder);
  useByNpx(annals);
  refuseWithoutNode(annals);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
