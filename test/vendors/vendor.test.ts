import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomEvents } from './random-events.fixture.ts';
import { nothingWrong, startVendor, type Vendor, type VendorEvent } from './vendor.fixture.ts';

const at = (eventID: string, createdAt: string): VendorEvent => ({ eventID, createdAt });
const ids = (events: readonly VendorEvent[]) => events.map(({ eventID }) => eventID);

const MAY = at('may', '2026-05-31T23:59:59.999999Z');
const JUNE = at('june', '2026-06-01T00:00:00Z');
const LATE = at('late', '2026-06-30T23:59:59.999999999Z');
const JULY = at('july', '2026-07-01T02:00:00+02:00');
const juneOnly = { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' };

async function list(vendor: Vendor<'thalassa'>, query = '') {
  const { organisation, personalAccessToken } = vendor.credentials;
  const response = await fetch(`${vendor.url}/v1/audit?${query}`, {
    headers: {
      authorization: `Token ${personalAccessToken}`,
      'x-organisation-identity': organisation,
    },
  });
  const { items } = (await response.json()) as { items: VendorEvent[] };
  return ids(items);
}

describe('the truth', () => {
  test('has what is in the half-open window, oldest first', async () => {
    await using vendor = await startVendor('thalassa', {
      history: { events: [JULY, LATE, MAY, JUNE], changes: [] },
    });
    assert.deepEqual(ids(vendor.truth()), ['may', 'june', 'late', 'july']);
    assert.deepEqual(ids(vendor.truth(juneOnly)), ['june', 'late']);
    assert.deepEqual(ids(vendor.truth({ to: juneOnly.from })), ['may']);
    const where = ({ eventID }: VendorEvent) => eventID !== 'may';
    assert.deepEqual(ids(vendor.truth({ where })), ['june', 'late', 'july']);
  });

  test('follows the planned changes, each seen by the request after it', async () => {
    await using vendor = await startVendor('thalassa', {
      history: {
        events: [MAY, JUNE],
        changes: [
          { afterRequest: 1, arrive: [JULY] },
          { afterRequest: 2, arrive: [LATE], forgetBefore: juneOnly.from },
        ],
      },
    });
    assert.deepEqual(await list(vendor), ['june', 'may']);
    assert.deepEqual(await list(vendor), ['july', 'june', 'may']);
    assert.deepEqual(await list(vendor), ['july', 'late', 'june']);
    assert.deepEqual(
      [0, 1, 2].map((moment) => ids(vendor.truth({}, moment))),
      [
        ['may', 'june'],
        ['may', 'june', 'july'],
        ['june', 'late', 'july'],
      ],
    );
    assert.deepEqual(vendor.truth(), vendor.truth({}, 3));
  });

  test('follows what a test lets happen', async () => {
    await using vendor = await startVendor('thalassa');
    vendor.arrive([MAY, LATE]);
    assert.deepEqual(await list(vendor), ['late', 'may']);
    vendor.forget('2026-06-01T00:00:00Z');
    assert.deepEqual(await list(vendor), ['late']);
    assert.throws(() => vendor.arrive([LATE]), /id late/);
  });
});

describe('the verdict', () => {
  const history = {
    events: [MAY, JUNE],
    changes: [{ afterRequest: 1, arrive: [LATE], forgetBefore: juneOnly.from }],
  };

  test('demands only what was there all the time, and allows what was there at times', async () => {
    await using vendor = await startVendor('thalassa', { history });
    await list(vendor);
    assert.deepEqual(vendor.judge([JUNE]), nothingWrong);
    assert.deepEqual(vendor.judge([MAY, LATE, JUNE]), nothingWrong);
    assert.deepEqual(vendor.judge([LATE], {}), { ...nothingWrong, missing: ['june'] });
    assert.deepEqual(vendor.judge([JUNE], {}, 1), { ...nothingWrong, missing: ['late'] });
    assert.deepEqual(vendor.judge([MAY, JUNE, LATE], {}, 1), { ...nothingWrong, foreign: ['may'] });
  });

  test('names what is repeated, foreign or altered', async () => {
    await using vendor = await startVendor('thalassa', { history });
    const turned = { createdAt: JUNE.createdAt, eventID: JUNE.eventID };
    assert.deepEqual(vendor.judge([turned, MAY, JUNE], juneOnly), {
      missing: [],
      repeated: ['june'],
      foreign: ['may'],
      altered: ['june'],
    });
  });
});

describe('the request log', () => {
  test('has each request, its time and the status of its response', async () => {
    let now = 1_000;
    await using vendor = await startVendor('thalassa', {
      history: { events: randomEvents('thalassa', 1, 7), changes: [] },
      now: () => now,
    });
    await list(vendor, 'page=1&limit=5');
    now = 2_000;
    await fetch(`${vendor.url}/elsewhere`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    });
    const [first, second] = vendor.requests;
    assert.ok(first && second);
    assert.deepEqual(
      [first.number, first.method, first.path, first.time, first.status, first.entries],
      [1, 'GET', '/v1/audit', 1_000, 200, 5],
    );
    assert.equal(first.query.get('limit'), '5');
    assert.equal(first.headers['x-organisation-identity'], vendor.credentials.organisation);
    assert.deepEqual(
      [second.number, second.method, second.path, second.time, second.status, second.entries],
      [2, 'POST', '/elsewhere', 2_000, 404, 0],
    );
    assert.equal(second.form.get('a'), 'b');
    assert.equal(vendor.requests.length, 2);
  });
});
