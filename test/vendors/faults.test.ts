import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  cutBody,
  emptyBody,
  errorStatus,
  expireTokens,
  type Fault,
  faultFrom,
  faultsAt,
  firstOf,
  html,
  onlyFor,
  reset,
  slow,
  throttle,
} from './faults.fixture.ts';
import { randomHistory } from './history.fixture.ts';
import { type FaultName, randomFaults } from './random-faults.fixture.ts';
import { startVendor } from './vendor.fixture.ts';

const NOON = Date.parse('2026-06-20T12:00:00Z');

/** What the first of some requests meets, at a vendor whose clock shows noon. */
async function meet(fault: Fault, path = '/1.3/audit-logs?limit=20') {
  await using vendor = await startVendor('upcloud', {
    history: randomHistory('upcloud', 1),
    faults: faultsAt({ 1: fault }),
    now: () => NOON,
  });
  const headers = { authorization: `Bearer ${vendor.credentials.token}` };
  const outcome = await fetch(vendor.url + path, { headers }).then(
    async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.text().catch((error: Error) => error),
    }),
    (error: Error) => error,
  );
  const [record] = vendor.requests;
  const healthy = await fetch(vendor.url + path, { headers });
  assert.equal(healthy.status, 200);
  return { outcome, record, healthy: await healthy.text() };
}

async function meetResponse(fault: Fault, path?: string) {
  const { outcome, ...rest } = await meet(fault, path);
  assert.ok(!(outcome instanceof Error), String(outcome));
  return { ...outcome, ...rest };
}

describe('faults', () => {
  test('throttle without saying for how long', async () => {
    const { status, headers, body, record } = await meetResponse(throttle());
    assert.equal(status, 429);
    assert.equal(headers.get('retry-after'), null);
    assert.match(String(body), /rate limit exceeded/);
    assert.equal(record?.status, 429);
    assert.equal(record.fault, 'error');
    assert.equal(record.entries, 0);
  });

  test('throttle with seconds', async () => {
    const { headers } = await meetResponse(throttle({ seconds: 7, as: 'seconds' }));
    assert.equal(headers.get('retry-after'), '7');
  });

  test("throttle with a date by the vendor's clock, which its responses show", async () => {
    const { headers } = await meetResponse(throttle({ seconds: 7, as: 'date' }));
    assert.equal(headers.get('retry-after'), 'Sat, 20 Jun 2026 12:00:07 GMT');
    assert.equal(headers.get('date'), 'Sat, 20 Jun 2026 12:00:00 GMT');
  });

  test('throttle under an odd status', async () => {
    const { status, body } = await meetResponse(throttle(undefined, 403));
    assert.equal(status, 403);
    assert.match(String(body), /rate limit exceeded/);
  });

  test("respond with an error in the vendor's own shape", async () => {
    const { status, headers, body } = await meetResponse(errorStatus(503, 'maintenance'));
    assert.equal(status, 503);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.equal(JSON.parse(String(body)).title, 'maintenance');
  });

  for (const status of [200, 502]) {
    test(`respond with HTML and status ${status}`, async () => {
      const response = await meetResponse(html(status));
      assert.equal(response.status, status);
      assert.match(String(response.headers.get('content-type')), /^text\/html/);
      assert.match(String(response.body), /^<!DOCTYPE html>/);
    });
  }

  test('respond with HTML that claims to be JSON', async () => {
    const { headers, body } = await meetResponse(html(200, 'application/json'));
    assert.equal(headers.get('content-type'), 'application/json');
    assert.match(String(body), /^<!DOCTYPE html>/);
  });

  test('respond with an empty body', async () => {
    const { status, headers, body } = await meetResponse(emptyBody());
    assert.deepEqual([status, headers.get('content-length'), body], [200, '0', '']);
  });

  test('reset the connection before the response', async () => {
    const { outcome, record } = await meet(reset());
    assert.ok(outcome instanceof TypeError, 'fetch failed');
    assert.equal(record?.status, 0);
  });

  for (const path of ['/1.3/audit-logs?limit=20', '/1.3/audit-logs/export?format=json']) {
    for (const framing of ['length', 'chunked'] as const) {
      test(`cut ${path} in the middle of a body framed by ${framing}`, async () => {
        const { headers, body, record } = await meetResponse(cutBody(0.5, framing), path);
        assert.ok(body instanceof TypeError, 'the end of the body is missed');
        assert.equal(headers.has('content-length'), framing === 'length');
        assert.equal(record?.status, 200);
        assert.ok(record.entries > 0);
      });
    }
  }

  test('cut a body framed by the end of the connection, which looks like its end', async () => {
    const { body, headers, healthy } = await meetResponse(cutBody(0.5, 'close'));
    assert.equal(headers.get('content-length'), null);
    assert.equal(headers.get('transfer-encoding'), null);
    const half = Buffer.from(healthy).subarray(0, Math.floor(Buffer.byteLength(healthy) / 2));
    assert.equal(body, half.toString());
  });

  for (const share of [0, 1]) {
    test(`cut at ${share} keeps at least a byte back`, async () => {
      const { body, healthy } = await meetResponse(cutBody(share, 'close'));
      assert.equal(body, share === 0 ? '' : healthy.slice(0, -1));
    });
  }

  for (const where of ['response', 'body'] as const) {
    test(`respond slowly (${where}) and completely`, async () => {
      const { body, healthy, record } = await meetResponse(slow(20, where));
      assert.equal(body, healthy);
      assert.equal(record?.fault, 'slow');
    });
  }

  test('expiring tokens do not affect other credentials', async () => {
    assert.equal((await meetResponse(expireTokens())).status, 200);
  });

  test('a vendor that is closed cuts its slow responses', async () => {
    const vendor = await startVendor('upcloud', { faults: faultFrom(1, slow(3_600_000)) });
    const pending = assert.rejects(fetch(vendor.url));
    while (vendor.requests.length === 0) await new Promise(setImmediate);
    await vendor.close();
    await pending;
  });
});

describe('fault plans', () => {
  const request = (number: number, line = 'GET /', attempt = 1) => ({ number, line, attempt });

  test('hit certain requests, or all from one on', () => {
    const plan = firstOf(faultsAt({ 2: reset() }), faultFrom(4, errorStatus(500)));
    const struck = [1, 2, 3, 4, 5].map((number) => plan(request(number))?.kind);
    assert.deepEqual(struck, [undefined, 'reset', undefined, 'error', 'error']);
  });

  test('can be kept to certain paths', () => {
    const plan = onlyFor(/export/, faultFrom(1, reset()));
    assert.equal(plan(request(1, 'GET /list')), undefined);
    assert.equal(plan(request(2, 'GET /export'))?.kind, 'reset');
  });

  const lines = Array.from({ length: 300 }, (_, page) => `GET /v1/audit?page=${page}`);
  const menu: FaultName[] = ['throttle', 'cut', 'html', 'slow', 'expire', 'serverError'];
  const drawn = (seed: number, attempt: number) =>
    lines.map((line) => randomFaults(seed, { share: 0.5, menu })(request(1, line, attempt)));

  test('at random are the same for the same seed and differ for another', () => {
    assert.deepEqual(drawn(1, 1), drawn(1, 1));
    assert.notDeepEqual(drawn(1, 1), drawn(2, 1));
  });

  test('at random hit about the configured share, with all faults of the list', () => {
    const faults = drawn(3, 1).filter((fault) => fault !== undefined);
    assert.ok(faults.length > 120 && faults.length < 180, String(faults.length));
    const kinds = new Set(faults.map(({ kind }) => kind));
    assert.deepEqual(kinds, new Set(['error', 'cut', 'instead', 'slow', 'expire']));
  });

  test('at random spare a line after so many faults, and expire only at the first attempt', () => {
    const plan = randomFaults(4, { share: 1, inARow: 3, menu: ['reset'] });
    const struck = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => plan(request(1, 'GET /', attempt)));
    assert.deepEqual(
      struck.map((fault) => fault !== undefined),
      [true, true, true, false, true, true, true, false],
    );
    assert.ok(drawn(5, 2).every((fault) => fault?.kind !== 'expire'));
  });
});
