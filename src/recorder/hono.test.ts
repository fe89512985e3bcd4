import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { RecorderDraft } from './fit-draft.ts';
import { honoAudit } from './hono.ts';
import { closeServer, listen } from './listen.fixture.ts';
import { describeMiddleware, optionsFor, secretRead, silenceBegun } from './middleware.contract.ts';

describeMiddleware('Hono', async (recorder, trustProxy) => {
  const app = new Hono();
  const read = (c: Context) => ({
    path: c.req.path,
    header: (name: string) => c.req.header(name),
  });
  app.use(honoAudit(optionsFor(recorder, trustProxy, read)));
  app.get('/items/:id', (c) => c.json({ id: c.req.param('id') }));
  app.post('/login', (c) => c.json({ message: 'no' }, 401));
  app.get('/secrets/:name', (c) => {
    c.get('audit').record(secretRead(c.req.param('name')));
    return c.json({ value: 'x' });
  });
  app.get('/broken', () => {
    throw new Error('the shelf is gone');
  });
  app.get('/silent', (c) => {
    c.get('audit').record(silenceBegun);
    return new Promise<Response>(() => {});
  });
  app.get('/endless', (c) =>
    c.body(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(1)) })),
  );
  app.onError((_error, c) => c.json({ message: 'sorry' }, 500));
  const server = createAdaptorServer({ fetch: app.fetch });
  return { url: await listen(server), close: () => closeServer(server) };
});

test('without a Node server a call is recorded when its handler has returned the response', async () => {
  const drafts: RecorderDraft[] = [];
  const recorder = {
    record(draft: RecorderDraft) {
      drafts.push(draft);
      return 'id';
    },
  };
  const app = new Hono();
  app.use(honoAudit({ recorder }));
  app.get('/fine', (c) => c.text('yes'));
  app.get('/broken', () => {
    throw new Error('the shelf is gone');
  });
  app.onError((error) => {
    throw error;
  });
  await app.request('/fine?q=1');
  await assert.rejects(async () => app.request('/broken'));
  assert.deepEqual(
    drafts.map(({ context, error }) => [context?.url, context?.status, error]),
    [
      ['/fine?q=1', 200, undefined],
      ['/broken', 500, 'the shelf is gone'],
    ],
  );
});
