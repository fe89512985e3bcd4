/**
 * Runs the test suite: `npm test`, `npm test -- src/core test/curl.test.ts` for a part of it, `npm test -- --long` for the
 * long tests alone. Starting a process takes longer than most test files do, so files of one folder share a process.
 * A file that says "needs a process of its own" gets one; so does every file below `test/`, where whole servers run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files a process may hold. More would leave one core without work at the end. */
const maxFilesTogether = 12;

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const long = process.argv.includes('--long');

const files = globSync(['{console/src,src,test}/**/*.test.ts'], { cwd: root })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.long.test.ts') === long)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.startsWith(part)))
  .toSorted();
if (files.length === 0) {
  process.stderr.write(`No test file begins with ${wanted.join(' or ')}\n`);
  process.exit(2);
}

/** The files of each process, those that take longest first. */
function processesFor(all: readonly string[]): string[][] {
  const alone: string[][] = [];
  const byFolder = Map.groupBy(all, (file) => file.split('/').slice(0, 2).join('/'));
  const together: string[][] = [];
  for (const [folder, inFolder] of byFolder) {
    const shared: string[] = [];
    for (const file of inFolder) {
      const text = readFileSync(join(root, file), 'utf8');
      const isAlone = folder.startsWith('test/') || text.includes('needs a process of its own');
      if (isAlone) alone.push([file]);
      else shared.push(file);
    }
    const count = Math.ceil(shared.length / maxFilesTogether);
    const parts: string[][] = Array.from({ length: count }, () => []);
    for (const [index, file] of shared.entries()) parts[index % count]!.push(file);
    together.push(...parts);
  }
  return [...alone, ...together];
}

const temporary = mkdtempSync(join(tmpdir(), 'annals-tests-'));
/** The runner starts a process for each of these, in the order of their names. */
const entries = processesFor(files).map((together, index) => {
  const entry = join(temporary, `${String(index).padStart(3, '0')}.mjs`);
  const urls = together.map((file) => pathToFileURL(join(root, file)).href);
  writeFileSync(entry, urls.map((url) => `await import('${url}');\n`).join(''));
  return entry;
});

const seeded =
  process.env.ANNALS_TEST_SEED === undefined ? [] : ['--import', join(root, 'test/seed.ts')];
const options = [...seeded, '--test', '--test-concurrency=2', '--test-reporter=spec'];
const child = spawn(process.execPath, [...options, ...entries], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
rmSync(temporary, { recursive: true });
process.exitCode = code ?? 1;
