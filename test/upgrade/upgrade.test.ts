import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unpackDirectory } from '../../src/store/segmented/format-1.fixture.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { annals } from '../verify/run-command.fixture.ts';
import type { KeptVersion } from './kept-version.fixture.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const kept = globSync('*.zst', { cwd: here }).toSorted();

/** Version 0.1.0 has a test of its own, in `test/faults/data-directory.test.ts`. */
describe('the data directories of earlier versions', () => {
  it('are kept since 0.2.0', () => {
    assert.ok(kept.includes('0.2.0.zst'));
  });

  for (const file of kept) {
    it(`of ${basename(file, '.zst')} are served, proved and continued`, async () => {
      await using place = await temporary();
      const data = join(place.path, 'data');
      const { logs } = unpackDirectory<KeptVersion>(readFileSync(join(here, file)), data);
      await using server = await ServerProcess.on(data);
      for (const { key, checkpoint, verifierKey, ...log } of logs) {
        const headers = { Authorization: `Bearer ${key}` };
        const path = '/v1/audit/export?format=ndjson&includeSystemServices=true';
        const trail = Buffer.from(await (await fetch(server.url + path, { headers })).bytes());
        const before = trail.subarray(0, log.exportedBytes);
        assert.equal(createHash('sha256').update(before).digest('hex'), log.exportedSha256);
        await server.json('POST', '/v1/audit/events', key, { action: 'after' });

        const files = { key, checkpoint, verifierKey };
        for (const [name, content] of Object.entries(files)) {
          writeFileSync(join(place.path, name), content, { mode: 0o600 });
        }
        const connection = ['--api', server.url, '--token-file', 'key'];
        const earlier = ['--checkpoint', 'checkpoint', '--key', 'verifierKey'];
        const verified = await annals(place.path, 'verify', '--server', ...earlier, ...connection);
        assert.equal(verified.code, 0, verified.stderr);
      }
      assert.equal(await server.end('SIGTERM'), 0);
      const checked = await annals(place.path, 'check', '--data', data);
      assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    });
  }
});
