import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import { AnnalsApi } from './annals-api.ts';
import { createFetchSend } from './fetch-send.ts';

const endpoint = { api: 'http://annals.test', token: 'annals_id_secret', organisation: 'acme' };

/** An API whose server sends this response to each request. */
function apiAnswering(response: () => Response | Promise<Response>) {
  const requests: Request[] = [];
  const api = new AnnalsApi(endpoint, {
    send: createFetchSend(async (input, init) => {
      requests.push(new Request(input, init));
      return response();
    }),
    clock: () => 0,
    signal: new AbortController().signal,
  });
  return { api, requests };
}

async function errorOf(response: () => Response | Promise<Response>): Promise<AnnalsError> {
  const error = await apiAnswering(response)
    .api.get(z.unknown(), '/v1/keys', { organisation: 'acme' })
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof AnnalsError, String(error));
  return error;
}

describe('AnnalsApi', () => {
  it('sends JSON with the key and the organisation, and reads JSON', async () => {
    const { api, requests } = apiAnswering(() => Response.json({ id: 'k1' }, { status: 201 }));
    assert.deepEqual(await api.post(z.object({ id: z.string() }), '/v1/keys', { role: 'writer' }), {
      id: 'k1',
    });
    const [request] = requests;
    assert.equal(`${request?.method} ${request?.url}`, 'POST http://annals.test/v1/keys');
    assert.deepEqual(Object.fromEntries(request?.headers ?? []), {
      accept: 'application/json',
      authorization: 'Bearer annals_id_secret',
      'content-type': 'application/json',
      'x-organisation-identity': 'acme',
    });
    assert.equal(await request?.text(), '{"role":"writer"}');
  });

  it('rejects with the message, the issues and the code of the server', async () => {
    const errors = [{ index: 0, field: 'action', message: 'is missing' }];
    const body = { message: 'Cannot record', errors };
    const { code, message, issues } = await errorOf(() => Response.json(body, { status: 400 }));
    assert.deepEqual(
      { code, message, issues },
      { code: 'invalid', message: body.message, issues: errors },
    );
  });

  it('names the request when something else answered', async () => {
    const { code, message } = await errorOf(() => new Response('<html>', { status: 502 }));
    const expected = 'http://annals.test/v1/keys answered 502: a web page';
    assert.deepEqual([code, message], ['unavailable', expected]);
  });

  it('reads Retry-After', async () => {
    const headers = { 'retry-after': '7' };
    const error = await errorOf(() => Response.json({ message: 'busy' }, { status: 503, headers }));
    assert.deepEqual([error.code, error.retryAfterSeconds], ['too-many-requests', 7]);
  });

  it('takes a response that is cut off for a server that is not available', async () => {
    const cut = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(Buffer.from('{"id":')),
          pull: (controller) => controller.error(new Error('connection lost')),
        }),
      );
    const { code, message } = await errorOf(cut);
    assert.deepEqual(
      [code, message],
      ['unavailable', 'Cannot read http://annals.test/v1/keys: connection lost'],
    );
  });

  it('follows no redirect: the key would go wherever it leads', async () => {
    const headers = { location: 'http://elsewhere.test/' };
    for (const status of [301, 302, 303, 307, 308]) {
      const { code, message } = await errorOf(() => new Response(null, { status, headers }));
      assert.deepEqual(
        [code, message],
        [
          'corrupt',
          `http://annals.test/v1/keys answered ${status}: a redirect to http://elsewhere.test/, which is not followed. If that is the right server, name it instead`,
        ],
      );
    }
  });

  it('takes nothing for a response that is not of the expected form', async () => {
    const schema = z.object({ items: z.array(z.object({ id: z.string() })) });
    for (const [body, problem] of [
      ['<html>', 'it is not JSON'],
      ['null', 'it is missing or has an unexpected form'],
      ['{}', 'items is missing or has an unexpected form'],
      ['{"items":[{"id":"a"},{"id":1}]}', 'items.1.id is missing or has an unexpected form'],
    ] as const) {
      const { api } = apiAnswering(() => new Response(body));
      await assert.rejects(api.get(schema, '/v1/keys'), {
        code: 'corrupt',
        message: `Cannot read the response of http://annals.test/v1/keys: ${problem}. Is it an Annals server?`,
      });
    }
  });

  it('says why it cannot reach the server', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const failing = () => Promise.reject(new TypeError('fetch failed', { cause }));
    const { code, message } = await errorOf(failing);
    assert.deepEqual(
      [code, message],
      ['unavailable', 'Cannot read http://annals.test/v1/keys: connect ECONNREFUSED'],
    );
  });
});
