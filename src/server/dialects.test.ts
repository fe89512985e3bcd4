import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import type { Gate } from '../access/gate.ts';
import { TestApp } from '../api/app.fixture.ts';
import type { TokenRouteDependencies } from '../api/token.ts';
import { trailRoutes } from '../api/trail/routes.ts';
import type { DialectDependencies } from '../dialects/dialect.ts';
import { mountedDialects } from './dialects.ts';
import { readSettings } from './settings.ts';

const fault = () => {
  throw new Error('a fault of the server');
};
const key = `annals_AAAAAAAAAAAA_${'A'.repeat(43)}`;

/** Wherever the accounts are asked, they fail in a way that nobody has foreseen. */
function openBroken() {
  const token = { gate: { authenticateKey: fault } as unknown as Gate } as TokenRouteDependencies;
  const addresses = ['thalassa', 'upcloud', 'cockroachdb']
    .flatMap((name) => [name, `${name}=${name}.test`, `${name}=/${name}`])
    .join(',');
  const dialects = mountedDialects(readSettings({ dialects: addresses }, {}), token);
  const app = new TestApp({ dialects });
  Object.assign(app.accounts, { key: fault });
  const dependencies = { admit: fault } as unknown as DialectDependencies;
  const ofApp = [...app.hono.routes, ...trailRoutes(dependencies)].map(({ path }) => ({ path }));
  const ofDialects = dialects.flatMap(({ server, hosts = [], prefixes = [] }) =>
    server(dependencies).routes.flatMap(({ path }) => [
      { path },
      ...hosts.map((host) => ({ path, host })),
      ...prefixes.map((prefix) => ({ path: prefix + path })),
    ]),
  );
  const all: { path: string; host?: string }[] = [...ofApp, ...ofDialects];
  const addressesOnce = new Map(
    all.map(({ path, host }) => {
      const literal = path.replaceAll(/:\w+/g, 'x').replaceAll('*', 'x');
      return [`${host} ${literal}`, { path: literal, host }];
    }),
  );
  return { app, addresses: [...addressesOnce.values()] };
}

it('every application that is mounted answers in JSON, whatever happens in it', async () => {
  const { app, addresses } = openBroken();
  const printed = mock.method(console, 'error', () => {});
  const encoded = { 'Content-Encoding': 'gzip' };
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  let requests = 0;
  for (const { path, host } of addresses) {
    if (path === '/metrics') continue;
    for (const [method, headers, body] of [
      ['GET', {}, undefined],
      ['DELETE', {}, undefined],
      ['POST', encoded, 'x'],
      ['POST', { ...encoded, ...form }, 'x'],
      ['POST', form, `grant_type=client_credentials&x=${'x'.repeat(70_000)}`],
      ['POST', form, 'grant_type=client_credentials&client_id=AAAAAAAAAAAA&client_secret=AAAAAAAA'],
      ['POST', {}, `{"x":"${'x'.repeat(70_000)}"}`],
    ] as const) {
      const response = await app.request(method, path, {
        key,
        ...(body !== undefined && { body }),
        headers: { ...headers, ...(host !== undefined && { Host: host }) },
      });
      const where = `${method} ${host ?? ''}${path}: ${response.status}`;
      const text = await response.text();
      assert.match(response.headers.get('content-type') ?? '', /^application\/(.*\+)?json/, where);
      assert.equal(typeof JSON.parse(text), 'object', where);
      assert.doesNotMatch(text, /a fault of the server|\bat .*\.ts/, where);
      assert.ok(response.headers.has('x-content-type-options'), where);
      requests += 1;
    }
  }
  assert.equal(printed.mock.callCount(), 0, String(printed.mock.calls[0]?.arguments));
  printed.mock.restore();
  assert.ok(requests > 200, `${requests} requests`);
});
