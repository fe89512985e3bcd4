/**
 * Preloaded into a program (`--import`) and all of its threads, this keeps a copy of a directory as it is before every
 * step that changes a file: what another process would find if this one was killed there. Copies that are equal to the
 * one before are left out.
 *
 * `ANNALS_TEST_DIRECTORY` names the directory, `ANNALS_TEST_STATES` where the copies go. They are numbered; each has the
 * directory as `data`, and what the program has acknowledged by then as `acknowledged`.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const { ANNALS_TEST_DIRECTORY: directory = '', ANNALS_TEST_STATES: states = '' } = process.env;
const { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } =
  fs;

/** All files, with what is in them. What processes share while they run is created again by the next one. */
function contents(): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (!existsSync(directory)) return found;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('-shm')) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(directory.length + 1), readFileSync(path));
  }
  return found;
}

function digestOf(files: Map<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name} ${bytes.length} `).update(bytes);
  }
  return hash.digest('hex');
}

function keep(): void {
  const files = contents();
  const digest = digestOf(files);
  const last = join(states, 'last');
  if (existsSync(last) && readFileSync(last, 'utf8') === digest) return;
  const number = readdirSync(states).filter((name) => /^\d+$/.test(name)).length;
  const place = join(states, String(number).padStart(4, '0'));
  mkdirSync(join(place, 'data'), { recursive: true });
  for (const [name, bytes] of files) {
    const path = join(place, 'data', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  const acknowledged = join(states, 'acknowledged');
  if (existsSync(acknowledged)) copyFileSync(acknowledged, join(place, 'acknowledged'));
  writeFileSync(last, digest);
}

let isStep = false;

/** Carries out a step that may change a file, while the other threads carry out none. */
function step<T>(change: () => T): T {
  if (isStep) return change();
  isStep = true;
  const lock = join(states, 'lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  try {
    keep();
    return change();
  } finally {
    rmdirSync(lock);
    isStep = false;
  }
}

/** Keeps a copy before each call of these methods. */
function watch<T extends object>(object: T, names: readonly (keyof T)[]): void {
  for (const name of names) {
    const method = object[name] as (...args: unknown[]) => unknown;
    object[name] = function watched(this: unknown, ...args: unknown[]) {
      return step(() => method.apply(this, args));
    } as T[keyof T];
  }
}

watch(fs, ['openSync', 'writeSync', 'renameSync', 'rmSync', 'fsyncSync', 'fdatasyncSync']);
watch(DatabaseSync.prototype, ['exec', 'close']);
watch(StatementSync.prototype, ['run']);
syncBuiltinESMExports();
