import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFetchSend } from '../../client/fetch-send.ts';
import { minute } from '../../core/micros.ts';
import { readObjects } from './list-objects.ts';

describe('the objects of a list', () => {
  it('do not take for ever: bytes without an object are no progress', async () => {
    let now = 0;
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        // A byte every fifty seconds keeps every other limit from ending it.
        now += 50 * (minute / 60);
        sent += 1;
        controller.enqueue(
          Buffer.from(sent === 1 ? '{"items":[{"id":"a","at":"2026-06-20T00:00:00Z"},' : ' '),
        );
      },
    });
    const dependencies = {
      send: createFetchSend(async () => new Response(body)),
      clock: () => now,
      retry: { sleep: async () => undefined, random: () => 0, notify: () => undefined },
    };
    const request = { url: new URL('http://vendor.test/list'), headers: {} };
    const rules = { arrayKeys: ['items'], id: 'id', time: 'at' };
    const read = async () => {
      const ids: string[] = [];
      const { signal } = new AbortController();
      try {
        for await (const objects of readObjects(dependencies, request, rules, signal)) {
          ids.push(...objects.map(({ id }) => id));
        }
      } catch (error) {
        return { ids, error };
      }
      return { ids };
    };
    const { ids, error } = await read();
    assert.deepEqual(ids, ['a']);
    assert.match(String(error), /list sent bytes for 5 minutes, but no whole object/);
    assert.ok(sent < 12, `${sent}`);
  });
});
