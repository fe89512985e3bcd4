/** Reads `deploy/compose.yaml` with docker-compose, which needs no Docker for that, and looks at what it makes of it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { settingNames, settingVariable } from '../../src/server/settings.ts';
import { shown } from './shown.ts';

interface Service {
  readonly image: string;
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly volumes: readonly string[];
  readonly secrets: readonly { readonly source: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test: readonly string[] };
}

const file = fileURLToPath(new URL('../../deploy/compose.yaml', import.meta.url));
const program = '/usr/bin/docker-compose';
const line = ['--file', file, 'config'];
const env = { ...process.env, ANNALS_VERSION: '1.2.3' };
const { services } = parse(execFileSync(program, line, { env, encoding: 'utf8' })) as {
  services: { annals: Service };
};
const service = services.annals;
assert.equal(service.image, 'annals:1.2.3');
const { ANNALS_VERSION: _, ...without } = env;
assert.match(
  spawnSync(program, line, { env: without, encoding: 'utf8' }).stderr,
  /set it to the version of the image/,
);
shown('docker-compose reads it, and asks for the version of the image');

assert.match(service.user, /^[1-9]\d*:[1-9]\d*$/);
assert.equal(service.read_only, true);
assert.deepEqual(service.cap_drop, ['ALL']);
assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
const writable = service.volumes.filter((volume) => !volume.endsWith(':ro'));
assert.deepEqual(writable, ['annals-data:/var/lib/annals:rw']);
assert.deepEqual(service.healthcheck.test, ['CMD', '/usr/bin/annals', 'healthcheck']);
shown('it is not root, has no capabilities and gains none, and can write in one volume only');

const variables = new Set(settingNames.map(settingVariable)).add('ANNALS_OPERATOR_KEY_FILE');
const mounted = [
  ...service.secrets.map(({ source }) => `/run/secrets/${source}`),
  ...service.volumes.map((volume) => volume.split(':')[1]!),
];
for (const [name, value] of Object.entries(service.environment)) {
  assert.ok(variables.has(name), `${name} is no setting`);
  if (!value.startsWith('/')) continue;
  assert.ok(
    mounted.some((path) => value === path || value.startsWith(`${path}/`)),
    `nothing is mounted at ${value}`,
  );
}
assert.ok(!Object.keys(service.environment).includes('ANNALS_OPERATOR_KEY'));
shown('its variables are settings of the server, and its secrets are files that it mounts');
