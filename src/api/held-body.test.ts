import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Micros, second, systemClock } from '../core/micros.ts';
import { TestApp } from './app.fixture.ts';

const bodies: Readonly<Record<string, { readonly role?: 'operator'; readonly body: unknown }>> = {
  recordEvents: { body: { action: 'vault.open' } },
  createOrganisation: { role: 'operator', body: { slug: 'late', name: 'Late' } },
  createKey: { body: { role: 'org-admin', name: 'successor' } },
  addCosignatures: { body: 'no checkpoint' },
  createMultiproof: { body: { size: 1, runs: [[0, 1]] } },
  updateOrganisation: { role: 'operator', body: { quotas: { bytesPerDay: 1 } } },
  updateKey: { role: 'operator', body: { quotas: { bytesPerDay: 1 } } },
  createSession: { body: {} },
  createSearch: { body: { name: 'successor', query: '' } },
  updateSearch: { body: { name: 'successor' } },
  createLink: { body: { purpose: 'share', name: 'successor' } },
  eraseUser: { body: { userIdentity: 'u-1' } },
};

interface Operation {
  readonly operationId: string;
  readonly requestBody?: object;
  /** Absent where a key is needed; without `key` where there is none. */
  readonly security?: readonly object[];
}

interface RouteWithBody {
  readonly method: string;
  readonly path: string;
}

/** Every route with a body, by its operation. The API document has them all. */
async function routesWithBody(app: TestApp): Promise<ReadonlyMap<string, RouteWithBody>> {
  const document = await app.json<{ paths: Record<string, Record<string, Operation>> }>(
    'GET',
    '/openapi.json',
  );
  return new Map(
    Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(
          ([, { requestBody, security = [{ key: [] }] }]) =>
            requestBody !== undefined && security.some((one) => 'key' in one),
        )
        .map(
          ([method, { operationId }]) =>
            [operationId, { method: method.toUpperCase(), path }] as const,
        ),
    ),
  );
}

/** A request whose body is being read; the rest comes when it is sent. */
async function heldBack(
  app: TestApp,
  { method, path }: RouteWithBody,
  key: string,
  body: unknown,
  withLength: boolean,
) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { promise, resolve: send } = Promise.withResolvers<void>();
  const { promise: reading, resolve: begin } = Promise.withResolvers<void>();
  async function* chunks() {
    begin();
    yield bytes.subarray(0, 5);
    await promise;
    yield bytes.subarray(5);
  }
  const response = app.serve(
    new Request(`http://annals.test${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        ...(withLength && { 'Content-Length': String(bytes.length) }),
      },
      body: ReadableStream.from(chunks()),
      duplex: 'half',
    }),
    {},
  );
  await reading;
  return { response, send };
}

it('a key that expires while its events are read from their body records nothing', async () => {
  const began = systemClock();
  let looks = Number.NEGATIVE_INFINITY;
  // The first look is at the key, when the body has arrived.
  const app = new TestApp({ clock: () => (looks++ < 1 ? began : began + second) });
  const organisation = await app.organisation();
  const key = await app.key('writer', organisation, began + second);
  const route = { method: 'POST', path: '/v1/audit/events' };
  const { response, send } = await heldBack(app, route, key, { action: 'a' }, true);
  looks = 0;
  send();
  assert.equal((await response).status, 401);
  await app.ownRecords.flush();
  assert.equal((await app.store.head(organisation.identity)).size, 1);
});

describe('a key that stops being valid while the body arrives', () => {
  let now: Micros = systemClock();
  const app = new TestApp({ clock: () => now });

  it('is tried below on every route that takes a body', async () => {
    assert.deepEqual([...(await routesWithBody(app)).keys()].sort(), Object.keys(bodies).sort());
  });

  for (const [operation, { role = 'org-admin', body }] of Object.entries(bodies)) {
    for (const end of ['revoked', 'expired'] as const) {
      it(`and is then ${end} does nothing by ${operation}`, async () => {
        const route = (await routesWithBody(app)).get(operation)!;
        const organisation = await app.organisation();
        const of = role === 'operator' ? undefined : organisation;
        const key = await app.key(role, of, now + second);
        const { response, send } = await heldBack(app, route, key, body, end === 'expired');
        if (end === 'expired') now += second;
        else await app.accounts.revokeKey(key.split('_')[1]!, now);
        send();
        assert.equal((await response).status, 401);
        await app.ownRecords.flush();
        // What its organisation has of it is that it was denied.
        const { size } = await app.store.head(organisation.identity);
        assert.equal(size, role === 'operator' ? 0 : 1);
        assert.equal(app.accounts.organisation('late'), undefined);
        assert.deepEqual(
          app.accounts.keys(organisation.identity).filter(({ name }) => name === 'successor'),
          [],
        );
      });
    }
  }
});
