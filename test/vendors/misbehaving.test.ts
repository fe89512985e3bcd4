import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CockroachdbSwitches } from './cockroachdb.fixture.ts';
import { idOf, timeOf, type VendorEvent, type VendorKind, vendorKinds } from './events.fixture.ts';
import { DAY, formatInstant, instant, SECOND } from './instant.fixture.ts';
import { misbehaving, misbehavingWindow } from './misbehaving.fixture.ts';
import { nothingWrong, startVendor, type Vendor } from './vendor.fixture.ts';

const RUNS = Number(process.env.ANNALS_TEST_RUNS ?? 25);

type AnyVendor = { [K in VendorKind]: Vendor<K> }[VendorKind];

/** A response as it arrived, also when it was cut. */
async function tryOnce(vendor: AnyVendor, path: string, headers: Record<string, string>) {
  try {
    const response = await fetch(vendor.url + path, { headers });
    const text = await response.text();
    return { status: response.status, text };
  } catch {
    return { status: 0, text: '' };
  }
}

const authorization = (vendor: AnyVendor): Record<string, string> => {
  switch (vendor.kind) {
    case 'thalassa':
      return {
        authorization: `Token ${vendor.credentials.personalAccessToken}`,
        'x-organisation-identity': vendor.credentials.organisation,
      };
    case 'upcloud':
      return { authorization: `Bearer ${vendor.credentials.token}` };
    case 'cockroachdb':
      return { authorization: `Bearer ${vendor.credentials.apiKey}` };
  }
};

/** The events of one page, requested until it arrives whole; three faults in a row are a bug. */
async function pageOf(vendor: AnyVendor, path: string): Promise<VendorEvent[]> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const { status, text } = await tryOnce(vendor, path, authorization(vendor));
    if (status !== 200) continue;
    const body = parsed(text);
    if (body === undefined) continue;
    return Array.isArray(body) ? body : (body?.items ?? body?.audit_logs ?? body?.entries ?? []);
  }
  throw new Error(`${path} had no response in three attempts`);
}

interface PageBody {
  readonly items?: VendorEvent[] | null;
  readonly audit_logs?: VendorEvent[];
  readonly entries?: VendorEvent[];
}

function parsed(text: string): VendorEvent[] | PageBody | null | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Walk = (vendor: AnyVendor) => AsyncGenerator<VendorEvent[]>;

/** Pages by number until an empty one, whatever the totals say. */
async function* byPage(vendor: AnyVendor, path: (page: number) => string) {
  for (let page = 1; ; page += 1) {
    const events = await pageOf(vendor, path(page));
    if (events.length === 0) return;
    yield events;
  }
}

/**
 * From the last time seen, never from the cursor; the least step on where that brings nothing new, and hours where it
 * brings nothing at all.
 */
async function* byTime(
  vendor: AnyVendor,
  { startDigits, scanHours }: Partial<CockroachdbSwitches>,
) {
  const step = startDigits === 6 ? 1_000n : 1n;
  const end = instant(misbehavingWindow.to) + 2n * DAY;
  let start = instant(misbehavingWindow.from) - 1n;
  let seen = new Set<string>();
  for (let stuck = 0n; stuck < 2n || start < end; ) {
    const from = formatInstant(start + stuck * step, 9);
    const path = `/api/v1/auditlogevents?limit=1000&starting_from=${from}`;
    const events = await pageOf(vendor, path);
    const ids = new Set(events.map((event) => idOf(vendor.kind, event)));
    const isNew = ids.difference(seen).size > 0;
    stuck = isNew ? 0n : stuck + 1n;
    seen = seen.union(ids);
    const last = events.at(-1);
    if (last) start = timeOf(vendor.kind, last);
    else start += BigInt(scanHours || 24) * 3_600n * SECOND - step;
    yield events;
  }
}

/** Each vendor's simplest correct walk, which knows what a real client would have to find out. */
const walkOf = (kind: VendorKind, seed: number): Walk => {
  switch (kind) {
    case 'thalassa':
      return (vendor) => byPage(vendor, (page) => `/v1/audit?limit=20&page=${page}`);
    case 'upcloud': {
      const { switches } = misbehaving('upcloud', seed);
      const step = switches?.offset === 'pages' ? 1 : Math.min(100, switches?.mostAnswered ?? 100);
      const first = switches?.offset === 'pages' ? 1 : 0;
      return (vendor) =>
        byPage(vendor, (page) => {
          return `/1.3/audit-logs?limit=100&offset=${first + (page - 1) * step}`;
        });
    }
    case 'cockroachdb': {
      const { switches = {} } = misbehaving('cockroachdb', seed);
      return (vendor) => byTime(vendor, switches);
    }
  }
};

/** Walks again and again until a walk brings nothing new. */
async function exportPatiently(vendor: AnyVendor, walk: Walk): Promise<VendorEvent[]> {
  const found = new Map<string, VendorEvent>();
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for await (const events of walk(vendor)) {
      for (const event of events) found.set(idOf(vendor.kind, event), event);
    }
  }
  return [...found.values()];
}

for (const kind of vendorKinds) {
  describe(`misbehaving ${kind}`, () => {
    test('is the same vendor for the same seed, byte for byte', async () => {
      const responses = async (seed: number) => {
        const options = { ...misbehaving(kind, seed), now: () => 0 };
        await using vendor = (await startVendor(kind, options)) as AnyVendor;
        const got: string[] = [];
        for (let request = 0; request < 12; request += 1) {
          const path = {
            thalassa: `/v1/audit?page=${1 + (request % 4)}`,
            upcloud: `/1.3/audit-logs?offset=${request % 4}`,
            cockroachdb: `/api/v1/auditlogevents?limit=${1 + (request % 4)}`,
          }[kind];
          const { status, text } = await tryOnce(vendor, path, authorization(vendor));
          got.push(`${status} ${text}`);
        }
        return { got, log: vendor.requests.map(({ status, fault }) => [status, fault]) };
      };
      assert.deepEqual(await responses(3), await responses(3));
      assert.notDeepEqual(await responses(3), await responses(4));
    });

    test(`can be exported completely by patience, ${RUNS} times`, async () => {
      for (let seed = 1; seed <= RUNS; seed += 1) {
        await using vendor = (await startVendor(kind, misbehaving(kind, seed))) as AnyVendor &
          AsyncDisposable;
        const exported = await exportPatiently(vendor, walkOf(kind, seed));
        assert.deepEqual(vendor.judge(exported), nothingWrong, `seed ${seed}`);
      }
    });

    test('comes in every position of every switch', () => {
      const drawn = Array.from(
        { length: 200 },
        (_, seed) => misbehaving(kind, seed).switches ?? {},
      );
      const positions = new Map<string, Set<unknown>>();
      for (const [name, position] of drawn.flatMap((switches) => Object.entries(switches))) {
        positions.set(name, (positions.get(name) ?? new Set()).add(position));
      }
      const still = [...positions].filter(([, seen]) => seen.size === 1).map(([name]) => name);
      const timed = ['tokenSeconds', 'retentionDays', 'requestsPerSecond'];
      assert.deepEqual(
        still.filter((name) => !timed.includes(name)),
        [],
      );
    });
  });
}
