/**
 * In-process stand-ins for three vendors' audit APIs: real HTTP on a loopback port, the documented
 * behaviour, and a switch for every known misbehaviour.
 *
 *     await using vendor = await startVendor('thalassa', {
 *       history: randomHistory('thalassa', seed, { count: 500, tieBlock: 120, late: 5 }),
 *       faults: randomFaults(seed),
 *       switches: { order: 'oldest', totals: 'missing' },
 *     });
 *     const exported = await somehowExport(vendor.url, vendor.credentials);
 *     assert.deepEqual(vendor.judge(exported, { from, to }), nothingWrong);
 *
 * Everything random is drawn beforehand from a seed: the responses of a started vendor follow from its
 * options, its clock and the requests that it has received, in their order.
 */
import {
  type CockroachdbCredentials,
  type CockroachdbSwitches,
  cockroachdb,
} from './cockroachdb.fixture.ts';
import { idOf, type VendorEvent, type VendorKind } from './events.fixture.ts';
import { type FaultPlan, noFaults } from './faults.fixture.ts';
import type { History } from './history.fixture.ts';
import { instant } from './instant.fixture.ts';
import { listen, type RequestRecord } from './listener.fixture.ts';
import { type ThalassaCredentials, type ThalassaSwitches, thalassa } from './thalassa.fixture.ts';
import { comparators, type Entry, Trail } from './trail.fixture.ts';
import { type UpcloudCredentials, type UpcloudSwitches, upcloud } from './upcloud.fixture.ts';
import type { VendorModel } from './vendor-model.fixture.ts';
import { judge, type Verdict } from './verdict.fixture.ts';

export type { RequestRecord, VendorEvent, VendorKind, Verdict };

export interface Switches {
  thalassa: ThalassaSwitches;
  upcloud: UpcloudSwitches;
  cockroachdb: CockroachdbSwitches;
}

export interface Credentials {
  thalassa: ThalassaCredentials;
  upcloud: UpcloudCredentials;
  cockroachdb: CockroachdbCredentials;
}

export interface VendorOptions<K extends VendorKind> {
  /** What it has and how that changes between requests. Default: nothing. */
  readonly history?: History;
  /** What goes wrong on the way. Default: nothing. */
  readonly faults?: FaultPlan;
  /** How it behaves; other switches are in their first position (`<kind>Positions`). */
  readonly switches?: Partial<Switches[K]>;
  /** Milliseconds since 1970, for tokens, rate limits, retention and dates. Default: real time. */
  readonly now?: () => number;
}

/** Which events are meant. */
export interface Scope {
  /** A half-open window `[from, to)` of RFC 3339 instants; without a bound it is open there. */
  readonly from?: string;
  readonly to?: string;
  /** Only these, such as those that match a filter. */
  readonly where?: (event: VendorEvent) => boolean;
}

export interface Vendor<K extends VendorKind = VendorKind> extends AsyncDisposable {
  readonly kind: K;
  /** Scheme, host and port, to which the vendor's own paths are added. */
  readonly url: string;
  readonly credentials: Credentials[K];
  /** Every request received, in order. A request is listed as soon as its response is decided. */
  readonly requests: readonly RequestRecord[];
  /**
   * The events that were visible after so many requests (0: before the first one), by default now.
   * Oldest first, then by id. Thalassa's system entries are among them, though it lists them only
   * on request (see `isSystemEntry`).
   */
  truth(scope?: Scope, afterRequests?: number): VendorEvent[];
  /**
   * Compares what was exported since so many requests (0: since the start) with what was visible
   * then. Events that arrived or were removed in that time may be exported and may be missing.
   */
  judge(exported: readonly VendorEvent[], scope?: Scope, sinceRequests?: number): Verdict;
  /** Shows events from the next request on. */
  arrive(events: readonly VendorEvent[]): void;
  /** Retention: events older than this instant are gone from now on. */
  forget(before: string): void;
  /** Stops listening and cuts what is under way. */
  close(): Promise<void>;
}

/** The verdict on a correct export. */
export const nothingWrong: Verdict = { missing: [], repeated: [], foreign: [], altered: [] };

type CreateModel<K extends VendorKind> = (
  trail: Trail,
  switches: Partial<Switches[K]>,
  now: () => number,
) => VendorModel<Credentials[K]>;

const models: { readonly [K in VendorKind]: CreateModel<K> } = { thalassa, upcloud, cockroachdb };

export async function startVendor<K extends VendorKind>(
  kind: K,
  options: VendorOptions<K> = {},
): Promise<Vendor<K>> {
  const { history = { events: [], changes: [] }, faults = noFaults, now = Date.now } = options;
  const trail = new Trail(kind, history);
  const model = models[kind](trail, options.switches ?? {}, now);
  const { url, requests, close } = await listen(model, trail, faults, now);

  return {
    kind,
    url,
    credentials: model.credentials,
    requests,
    truth: (scope = {}, moment = trail.moment) =>
      eventsOf(trail.existed(moment, moment).filter(inScope(scope))),
    judge: (exported, scope = {}, since = 0) => {
      const may = trail.existed(since, trail.moment).filter(inScope(scope));
      const must = may.filter(({ born, died }) => born <= since && died > trail.moment);
      return judge(exported, eventsOf(must), eventsOf(may), (event) => idOf(kind, event));
    },
    arrive: (events) => trail.arrive(events),
    forget: (before) => trail.forget(before),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const eventsOf = (entries: readonly Entry[]): VendorEvent[] =>
  entries.toSorted(comparators.oldest).map(({ event }) => event);

function inScope({ from, to, where = () => true }: Scope): (entry: Entry) => boolean {
  const first = from === undefined ? undefined : instant(from);
  const end = to === undefined ? undefined : instant(to);
  return ({ at, event }) =>
    (first === undefined || at >= first) && (end === undefined || at < end) && where(event);
}
