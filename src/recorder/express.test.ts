import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import express, { type Request } from 'express';
import { expressAudit } from './express.ts';
import type { RecorderDraft } from './fit-draft.ts';
import { closeServer, listen } from './listen.fixture.ts';
import { describeMiddleware, optionsFor, secretRead, silenceBegun } from './middleware.contract.ts';

describeMiddleware('Express', async (recorder, trustProxy) => {
  const app = express();
  const audit = expressAudit<Request>(
    optionsFor(recorder, trustProxy, (request) => ({
      // In a mounted router `path` is only the rest of the path.
      path: request.originalUrl.split('?', 1)[0] ?? '',
      header: (name) => request.get(name),
    })),
  );
  app.use(audit);
  const items = express.Router();
  items.get('/:id', (request, response) => {
    response.json({ id: request.params.id });
  });
  app.use('/items', items);
  app.post('/login', (_request, response) => {
    response.status(401).json({ message: 'no' });
  });
  app.get('/secrets/:name', (request, response) => {
    request.audit.record(secretRead(request.params.name));
    response.json({ value: 'x' });
  });
  app.get('/broken', async () => {
    throw new Error('the shelf is gone');
  });
  app.get('/silent', (request) => {
    request.audit.record(silenceBegun);
  });
  app.get('/endless', (_request, response) => {
    response.write('x');
  });
  app.use(audit.errors);
  app.use(((_error, _request, response, _next) => {
    response.status(500).json({ message: 'sorry' });
  }) satisfies express.ErrorRequestHandler);
  const server = createServer(app);
  return { url: await listen(server), close: () => closeServer(server) };
});

test('a call of a mounted router is recorded with its whole path', async () => {
  const drafts: RecorderDraft[] = [];
  const app = express();
  app.use('/api', expressAudit({ recorder: { record: (draft) => void drafts.push(draft) } }));
  const server = createServer(app);
  await fetch(`${await listen(server)}/api/items?page=2`);
  await closeServer(server);
  assert.equal(drafts[0]?.context?.path, '/api/items');
});
