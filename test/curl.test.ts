import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ServerProcess } from './server-process.fixture.ts';

const run = promisify(execFile);

/** Command lines of the three vendors' documentation; only host and key are changed. */
describe('curl, as in the vendors’ documentation', () => {
  let server: ServerProcess;
  let key: string;
  let id: string;
  let secret: string;

  before(async () => {
    server = await ServerProcess.start([
      '--dialects',
      'thalassa=/thalassa,upcloud=upcloud.example,cockroachdb=crdb.example',
    ]);
    key = (await server.organisation('acme')).key;
    [, id = '', secret = ''] = key.split('_');
    await server.json('POST', '/v1/audit/events', key, {
      eventID: 'evt-1',
      createdAt: '2026-06-20T08:14:03Z',
      action: 'DELETE',
      resourceType: 'server',
      userIdentity: 'noor',
      outcome: 'success',
      traceId: 'trace-1',
    });
  });

  after(() => server[Symbol.asyncDispose]());

  const curl = async (...args: readonly string[]) => {
    const { stdout } = await run('curl', ['--silent', '--show-error', '--fail-with-body', ...args]);
    return stdout;
  };

  it('lists CockroachDB Cloud’s events', async () => {
    const response = await curl(
      '--request',
      'GET',
      '--url',
      `${server.url}/api/v1/auditlogevents?starting_from=2022-09-09T18:00:00Z&sort_order=ASC&limit=10`,
      '--header',
      `Authorization: Bearer ${key}`,
      '--header',
      'Cc-Version: 2022-09-20',
    );
    const { entries, next_starting_from } = JSON.parse(response);
    assert.equal(entries[0].id, 'evt-1');
    assert.equal(typeof entries[0].payload, 'object');
    assert.equal(typeof next_starting_from, 'string');
  });

  it('lists UpCloud’s audit log by password, on a host of its own', async () => {
    const response = await curl(
      '-u',
      `${id}:${secret}`,
      '-H',
      'Host: upcloud.example',
      `${server.url}/1.3/audit-logs?limit=50&actions=delete&created_after=2026-06-20`,
    );
    assert.equal(JSON.parse(response).audit_logs[0].action, 'delete');
  });

  it('exports UpCloud’s audit log as upctl does: the format alone decides', async () => {
    const response = await curl(
      '-i',
      '-H',
      'Accept: application/json',
      '-H',
      'Content-Type: application/json',
      '-H',
      `Authorization: Bearer ${key}`,
      `${server.url}/1.3/audit-logs/export?format=csv`,
    );
    assert.match(response, /content-type: text\/csv/i);
    assert.match(response, /^time,auth_type,cloud_event_id,/m);
    const account = await curl('-H', `Authorization: Bearer ${key}`, `${server.url}/1.3/account`);
    assert.equal(typeof JSON.parse(account).account.username, 'string');
  });

  it('gets a token from Thalassa and lists with it', async () => {
    const token = JSON.parse(
      await curl(
        '-u',
        `${id}:${secret}`,
        '-d',
        'grant_type=client_credentials',
        `${server.url}/oidc/token`,
      ),
    );
    const response = await curl(
      '-H',
      `Authorization: Bearer ${token.access_token}`,
      '-H',
      'X-Organisation-Identity: acme',
      `${server.url}/v1/audit?page=1&limit=100&action=DELETE`,
    );
    assert.equal(JSON.parse(response).items[0].eventID, 'evt-1');
  });

  it('finds nothing but the vendor’s fields on Thalassa’s own prefix', async () => {
    const response = await curl(
      '-H',
      `Authorization: Token ${key}`,
      `${server.url}/thalassa/v1/audit`,
    );
    assert.deepEqual(JSON.parse(response).items[0], {
      createdAt: '2026-06-20T08:14:03.000000Z',
      eventID: 'evt-1',
      action: 'DELETE',
      resourceType: 'server',
      userIdentity: 'noor',
      organizationIdentity: JSON.parse(
        await curl('-H', `Authorization: Token ${key}`, `${server.url}/v1/audit`),
      ).items[0].organizationIdentity,
      context: { outcome: 'success', annals: { traceId: 'trace-1' } },
    });
  });

  it('gets 404 for anything else on a host of UpCloud’s own', async () => {
    for (const path of ['/v1/audit', '/v1/audit/events', '/v1/keys', '/healthz', '/openapi.json']) {
      const { stdout } = await run('curl', [
        '-s',
        '-i',
        '-H',
        'Host: UpCloud.example.:8420',
        '-H',
        `Authorization: Bearer ${key}`,
        `${server.url}${path}`,
      ]);
      assert.match(stdout, /^HTTP\/1.1 404/, path);
      assert.match(stdout, /content-type: application\/problem\+json\r/i);
    }
  });

  it('gets 404 for another vendor’s paths on a host of CockroachDB’s own', async () => {
    const { stdout } = await run('curl', [
      '-s',
      '-i',
      '-H',
      'Host: crdb.example',
      `${server.url}/1.3/account`,
    ]);
    assert.match(stdout, /^HTTP\/1.1 404/);
    assert.match(stdout, /\{"code":5,/);
  });
});
