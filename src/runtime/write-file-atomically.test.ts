import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { MemoryDisk, type Remains } from '../export/memory-disk.fixture.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const path = '/directory/file';
const [before, after] = ['before '.repeat(100), 'after '.repeat(200)];

/** A disk with a durable file, or with none, that stops before this step of what follows. */
async function openDisk(content: string | undefined, stopAfter = Number.POSITIVE_INFINITY) {
  const disk = new MemoryDisk();
  await disk.createDirectory('/directory');
  if (content !== undefined) await writeFileAtomically(path, content, { disk });
  disk.stopBefore = disk.steps.length + stopAfter;
  return disk;
}

/** How many steps a write has. */
async function stepsOf(content: string | undefined, temporaryPath?: string): Promise<number> {
  const disk = await openDisk(content);
  const { length } = disk.steps;
  await writeFileAtomically(path, after, { disk, ...(temporaryPath && { temporaryPath }) });
  return disk.steps.length - length;
}

describe('writeFileAtomically', () => {
  for (const [name, content] of [
    ['a new file', undefined],
    ['a file that is there', before],
  ] as const) {
    for (const temporaryPath of [undefined, '/directory/aside']) {
      const where = temporaryPath === undefined ? '' : ', with a temporary path of the caller';
      it(`writes ${name} whole or not at all, wherever it is stopped${where}`, async () => {
        const options = temporaryPath === undefined ? {} : { temporaryPath };
        const steps = await stepsOf(content, temporaryPath);
        assert.ok(steps >= 6);
        for (let stop = 1; stop <= steps; stop += 1) {
          const disk = await openDisk(content, stop);
          await assert.rejects(writeFileAtomically(path, after, { disk, ...options }));
          for (const remains of ['everything', 'only-synced'] satisfies Remains[]) {
            const found = await disk.afterCrash(remains).readText(path);
            assert.ok(found === content || found === after, `${stop}, ${remains}: ${found}`);
          }
        }
      });

      it(`makes ${name} durable, and leaves nothing else${where}`, async () => {
        const disk = await openDisk(content);
        await writeFileAtomically(path, after, { disk, ...(temporaryPath && { temporaryPath }) });
        for (const remains of ['everything', 'only-synced'] satisfies Remains[]) {
          const left = disk.afterCrash(remains);
          assert.equal(await left.readText(path), after);
          assert.deepEqual(await left.names('/directory'), ['file']);
        }
      });
    }
  }

  describe('on a real disk', () => {
    const inDirectory = async (run: (directory: string) => Promise<void>) => {
      const directory = await mkdtemp(join(tmpdir(), 'annals-write-'));
      await run(directory).finally(() => rm(directory, { recursive: true }));
    };

    it('gives the file its mode, whatever an earlier attempt left', () =>
      inDirectory(async (directory) => {
        const file = join(directory, 'file');
        await writeFile(`${file}.new`, 'left', { mode: 0o644 });
        await writeFileAtomically(file, after, { temporaryPath: `${file}.new` });
        assert.equal((await stat(file)).mode & 0o777, 0o600);
        await writeFileAtomically(file, Buffer.from(before), { mode: 0o640 });
        assert.equal((await stat(file)).mode & 0o777, 0o640 & ~process.umask());
        assert.equal(await readFile(file, 'utf8'), before);
        assert.deepEqual(await readdir(directory), ['file']);
      }));

    it('can be called several times at once: one of the contents wins', () =>
      inDirectory(async (directory) => {
        const file = join(directory, 'file');
        const contents = Array.from({ length: 20 }, (_, index) =>
          `${index} `.repeat(10_000 * index),
        );
        await Promise.all(contents.map((content) => writeFileAtomically(file, content)));
        assert.ok(contents.includes(await readFile(file, 'utf8')));
        assert.deepEqual(await readdir(directory), ['file']);
      }));

    it('leaves no temporary file when it fails', () =>
      inDirectory(async (directory) => {
        const file = join(directory, 'file');
        await mkdir(file);
        await assert.rejects(writeFileAtomically(file, after), { code: 'EISDIR' });
        assert.deepEqual(await readdir(directory), ['file']);
      }));
  });
});
