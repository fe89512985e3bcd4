import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../core/micros.ts';
import { databases } from '../server/databases.ts';
import { openSegmentedStore } from '../store/segmented/store.ts';
import { TestLog } from '../store/test-log.fixture.ts';
import { run } from './run.ts';

describe('annals check', () => {
  let data: string;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'annals-check-'));
    const store = await openSegmentedStore({ directory: data, segmentEvents: 50 });
    const log = new TestLog('org-1');
    for (let n = 0; n < 4; n += 1) {
      await log.record(
        store,
        Array.from({ length: 60 }, (_, m) => ({ action: `a${m}` })),
      );
    }
    const sealed = async () =>
      (await readdir(join(data, 'segments'))).some((name) => name.endsWith('.segment'));
    while (!(await sealed())) await new Promise((resolve) => setTimeout(resolve, 20));
    await store.close();
    for (const { file } of databases) new DatabaseSync(join(data, file)).close();
  });

  after(() => rm(data, { recursive: true }));

  async function check(...flags: readonly string[]) {
    let [out, err] = ['', ''];
    const code = await run(['check', ...flags], {
      env: { ANNALS_DATA: data },
      stdin: new PassThrough(),
      stdout: new PassThrough().on('data', (text) => {
        out += text;
      }),
      stderr: new PassThrough().on('data', (text) => {
        err += text;
      }),
      clock: systemClock,
      random: () => {},
      signal: new AbortController().signal,
      cwd: '/',
      home: '/',
    });
    return { code, out, err };
  }

  it('finds nothing wrong with whole files', async () => {
    const { code, out } = await check();
    assert.equal(code, 0);
    assert.match(out, /^segments\/000000\.segment {2}\d+ entries, whole$/m);
    assert.deepEqual(JSON.parse((await check('--json')).out).damaged, []);
  });

  it('names the file in which a byte was flipped, and no other', async () => {
    const file = join(data, 'segments', '000000.segment');
    const bytes = await readFile(file);
    const index = Math.floor(bytes.length / 2);
    bytes[index] = bytes[index]! ^ 1;
    await chmod(file, 0o600);
    await writeFile(file, bytes);
    const { code, out, err } = await check('--quiet');
    assert.equal(code, 1);
    assert.equal(out.trimEnd().split('\n').length, 1);
    assert.match(out, /^segments\/000000\.segment {2}/);
    assert.match(err, /^annals: 1 of \d+ file is damaged$/m);
  });

  it('rejects a directory that is not a data directory', async () => {
    const { code, err } = await check('--data', '/nowhere');
    assert.equal(code, 2);
    assert.match(err, /Cannot check \/nowhere: it is not the data directory/);
  });
});
