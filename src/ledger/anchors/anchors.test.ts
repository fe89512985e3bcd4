import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFetchSend } from '../../client/fetch-send.ts';
import { fileAnchor } from './file-anchor.ts';
import { httpAnchor } from './http-anchor.ts';

const { signal } = new AbortController();

describe('a file as an anchor', () => {
  it('has every checkpoint, the last one at its end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'annals-anchor-'));
    const file = join(directory, 'checkpoints');
    await fileAnchor(file).push('one\n', signal);
    await fileAnchor(file).push('two\n', signal);
    assert.equal(await readFile(file, 'utf8'), 'one\n\ntwo\n\n');
    await assert.rejects(fileAnchor(join(file, 'below')).push('three\n', signal));
    await rm(directory, { recursive: true });
  });
});

describe('a URL as an anchor', () => {
  const url = new URL('https://example.com/hook/secret?token=secret');
  const anchorAnswering = (status: number, seen: Request[] = []) =>
    httpAnchor(
      url,
      createFetchSend(async (input, init) => {
        seen.push(new Request(input, init));
        return new Response(null, { status });
      }),
    );

  it('gets the checkpoint as text', async () => {
    const seen: Request[] = [];
    await anchorAnswering(204, seen).push('one\n', signal);
    assert.deepEqual(
      seen.map(({ method, url, redirect }) => ({ method, url, redirect })),
      [{ method: 'POST', url: url.href, redirect: 'manual' }],
    );
    assert.equal(await seen[0]!.text(), 'one\n');
  });

  for (const status of [300, 401, 500]) {
    it(`has not taken it when it answers ${status}, and the error does not hold the secret`, async () => {
      const anchor = anchorAnswering(status);
      assert.equal(anchor.name, 'https://example.com');
      await assert.rejects(anchor.push('one\n', signal), (error: Error) => {
        assert.match(error.message, new RegExp(`example.com: it answered ${status}`));
        assert.ok(!error.message.includes('secret'));
        return true;
      });
    });
  }

  it('that cannot be reached is named without the secret', async () => {
    const send = createFetchSend(() => Promise.reject(new TypeError('fetch failed')));
    await assert.rejects(httpAnchor(url, send).push('one\n', signal), {
      message: 'Cannot read https://example.com: fetch failed',
    });
  });
});
