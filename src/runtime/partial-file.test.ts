import assert from 'node:assert/strict';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PartialFile } from './partial-file.ts';

describe('a partial file', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'annals-partial-'));
    path = join(directory, 'file');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('has its name once it is finished', () => {
    const file = new PartialFile(path);
    file.write(Buffer.from('one '));
    file.write(Buffer.from('two'));
    assert.deepEqual(readdirSync(directory), ['file.part']);
    file.finish();
    assert.deepEqual(readdirSync(directory), ['file']);
    assert.equal(readFileSync(path, 'utf8'), 'one two');
  });

  it('leaves nothing when it is discarded', () => {
    const file = new PartialFile(path);
    file.write(Buffer.from('one'));
    file.discard();
    assert.deepEqual(readdirSync(directory), []);
  });

  it('can be discarded after it could not be finished, and closes no other file', () => {
    const file = new PartialFile(path);
    mkdirSync(path);
    assert.throws(() => file.finish(), { code: 'EISDIR' });
    // Gets the number that the partial file had.
    const other = openSync(join(directory, 'other'), 'w');
    file.discard();
    assert.deepEqual(readdirSync(directory).sort(), ['file', 'other']);
    closeSync(other);
  });
});
