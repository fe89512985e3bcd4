import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFetchSend } from '../../client/fetch-send.ts';
import type { ClientResponse } from '../../client/request.ts';
import type { AnnalsError } from '../../core/errors.ts';
import { fileAnchor } from './file-anchor.ts';
import { httpAnchor } from './http-anchor.ts';

const { signal } = new AbortController();

describe('a file as an anchor', () => {
  it('has every checkpoint, the last one at its end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'annals-anchor-'));
    const file = join(directory, 'checkpoints');
    assert.equal(fileAnchor(file).name, `file:${file}`);
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

  for (const status of [200, 299]) {
    it(`has taken it when it answers ${status}`, () =>
      anchorAnswering(status).push('one\n', signal));
  }

  it('has not taken it when it answers 199, and no body is waited for', async () => {
    let discarded = 0;
    const discard = () => {
      discarded += 1;
    };
    const send = async () => ({ status: 199, discard }) as unknown as ClientResponse;
    await assert.rejects(httpAnchor(url, send).push('one\n', signal), { code: 'unavailable' });
    assert.equal(discarded, 1);
  });

  it('is left when the signal says so', async () => {
    const send = createFetchSend(
      (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        }),
    );
    const leaving = new AbortController();
    const pushing = httpAnchor(url, send).push('one\n', leaving.signal);
    leaving.abort();
    await assert.rejects(pushing);
  });

  for (const status of [300, 401, 500]) {
    it(`has not taken it when it answers ${status}, and the error does not hold the secret`, async () => {
      const anchor = anchorAnswering(status);
      assert.equal(anchor.name, 'https://example.com');
      await assert.rejects(anchor.push('one\n', signal), (error: Error) => {
        assert.match(error.message, new RegExp(`example.com: it answered ${status}`));
        assert.equal((error as AnnalsError).code, 'unavailable');
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
