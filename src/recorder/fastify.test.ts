import fastify from 'fastify';
import { fastifyAudit } from './fastify.ts';
import { describeMiddleware, optionsFor, secretRead, silenceBegun } from './middleware.contract.ts';

describeMiddleware('Fastify', async (recorder, trustProxy) => {
  const app = fastify({ forceCloseConnections: true });
  await app.register(
    fastifyAudit,
    optionsFor(recorder, trustProxy, (request) => ({
      path: request.url.split('?', 1)[0] ?? '',
      header: (name) => request.headers[name]?.toString(),
    })),
  );
  app.get('/items/:id', async (request) => request.params);
  app.post('/login', async (_request, reply) => reply.code(401).send({ message: 'no' }));
  app.get<{ Params: { name: string } }>('/secrets/:name', async (request) => {
    request.audit.record(secretRead(request.params.name));
    return { value: 'x' };
  });
  app.get('/broken', async () => {
    throw new Error('the shelf is gone');
  });
  app.get('/silent', (request) => {
    request.audit.record(silenceBegun);
  });
  app.get('/endless', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200);
    reply.raw.write('x');
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
});
