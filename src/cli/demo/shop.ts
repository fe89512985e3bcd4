import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { type Actor, honoAudit, type Recorder } from '../../recorder/index.ts';

/** Who may call the demonstration's API, by password. A real application looks into its table of users. */
const people = new Map([
  [
    'noor:tulip-41',
    { userIdentity: 'usr-noor', user: { name: 'Noor Visser', email: 'noor@example.org' } },
  ],
  [
    'sam:lotus-17',
    { userIdentity: 'usr-sam', user: { name: 'Sam Okafor', email: 'sam@example.org' } },
  ],
]);

/**
 * A small real API with people, machines and secrets. Each call is recorded: the middleware records the call, and a
 * handler of something sensitive records an event of its own beside it.
 */
function createShop(recorder: Recorder): Hono {
  const app = new Hono();
  const machines = new Map<string, { readonly size: string }>();
  app.use(honoAudit({ recorder, actor: actorOf, describe: describeCall }));

  app.post('/login', (c) => {
    const actor = actorOf(c);
    c.get('audit').record({
      action: actor === undefined ? 'auth.login_failed' : 'auth.login',
      resourceType: 'session',
      outcome: actor === undefined ? 'failure' : 'success',
    });
    return actor === undefined
      ? c.json({ message: 'Wrong password' }, 401)
      : c.json({ welcome: true });
  });

  app.use(async (c, next) => {
    if (actorOf(c) === undefined) return c.json({ message: 'Log in first' }, 401);
    await next();
  });
  app.put('/machines/:name', (c) => {
    machines.set(c.req.param('name'), { size: 'small' });
    return c.json({ created: c.req.param('name') }, 201);
  });
  app.get('/machines', (c) => c.json([...machines.keys()]));
  app.delete('/machines/:name', (c) => {
    const found = machines.delete(c.req.param('name'));
    return found ? c.body(null, 204) : c.json({ message: 'No such machine' }, 404);
  });
  app.get('/secrets/:name', (c) => {
    c.get('audit').record({
      action: 'secrets.get_value',
      resourceType: 'secret',
      resourceIdentity: c.req.param('name'),
      description: `Read the secret ${c.req.param('name')}`,
      outcome: 'success',
    });
    return c.json({ value: 'not so secret' });
  });
  return app;
}

function actorOf(c: Context): Actor | undefined {
  const [scheme, value = ''] = (c.req.header('authorization') ?? '').split(' ');
  if (scheme !== 'Basic') return undefined;
  return people.get(Buffer.from(value, 'base64').toString());
}

function describeCall(c: Context) {
  const [, kind, name] = c.req.path.split('/');
  const resourceType = { machines: 'machine', secrets: 'secret' }[kind ?? ''];
  return {
    description: `${c.req.method} ${c.req.path}`,
    ...(resourceType !== undefined && { resourceType }),
    ...(name !== undefined && { resourceIdentity: name }),
  };
}

export interface RunningShop {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the API on a free port of this machine. */
export async function startShop(recorder: Recorder): Promise<RunningShop> {
  const server = createAdaptorServer({ fetch: createShop(recorder).fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The requests: ordinary work, wrong passwords, a request without a login, a secret read twice. */
const calls: readonly (readonly [who: string, method: string, path: string])[] = [
  ['noor:tulip-41', 'POST', '/login'],
  ['noor:tulip-41', 'PUT', '/machines/web-1'],
  ['noor:tulip-41', 'PUT', '/machines/web-2'],
  ['noor:tulip-41', 'GET', '/machines'],
  ['sam:guess-1', 'POST', '/login'],
  ['sam:guess-2', 'POST', '/login'],
  ['sam:lotus-17', 'POST', '/login'],
  ['sam:lotus-17', 'GET', '/secrets/database-password'],
  ['', 'GET', '/secrets/database-password'],
  ['sam:lotus-17', 'DELETE', '/machines/web-2'],
  ['sam:lotus-17', 'DELETE', '/machines/web-9'],
  ['noor:tulip-41', 'GET', '/secrets/database-password'],
];

/** Sends the requests one after the other. Returns how many were sent, and how many of them were rejected. */
export async function useShop(url: string): Promise<{ sent: number; rejected: number }> {
  let rejected = 0;
  for (const [who, method, path] of calls) {
    const headers: Record<string, string> =
      who === '' ? {} : { Authorization: `Basic ${Buffer.from(who).toString('base64')}` };
    const response = await fetch(url + path, { method, headers });
    await response.arrayBuffer();
    if (response.status >= 400) rejected += 1;
  }
  return { sent: calls.length, rejected };
}
