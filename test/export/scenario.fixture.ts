/** What a model test draws at random for one export, beside the vendor itself. */
import { day, type Micros, parseInstant } from '../../src/core/micros.ts';
import type { ExportFilters } from '../../src/export/filters.ts';
import { defaultLimits, type ExportLimits } from '../../src/export/limits.ts';
import { isSystemEntry } from '../vendors/events/thalassa.fixture.ts';
import { errorStatus, type FaultPlan } from '../vendors/faults.fixture.ts';
import { misbehavingWindow } from '../vendors/misbehaving.fixture.ts';
import { type SeededRandom, seeded } from '../vendors/random.fixture.ts';
import type { VendorEvent, VendorKind } from '../vendors/vendor.fixture.ts';
import type { RunOptions } from './run-export.fixture.ts';

/** An export that is begun, perhaps interrupted several times, and finished. */
export interface Scenario {
  readonly bounds: { readonly from: string; readonly to: string };
  readonly options: RunOptions;
  /** Which events match the filters. */
  readonly where: (event: VendorEvent) => boolean;
  /** What interrupts each run but the last. */
  readonly breaks: readonly Break[];
}

/** After this many requests of a run the vendor does not respond any more, or the user stops the run. */
export interface Break {
  readonly after: number;
  readonly how: 'refused' | 'aborted';
  /** What happens before the next run. */
  readonly meanwhile: { readonly forgetBefore?: string };
  /** What the user types differently then. */
  readonly options: Pick<RunOptions, 'pageSize'>;
}

export const at = (text: string): Micros => {
  const micros = parseInstant(text, { truncate: true });
  if (typeof micros !== 'number') throw new Error(`${text} ${micros}`);
  return micros;
};

export function randomScenario(kind: VendorKind, seed: number): Scenario {
  const random = seeded(`scenario ${kind} ${seed}`);
  const isWide = kind === 'upcloud' && random.chance(0.2);
  const bounds = isWide
    ? { from: '2026-01-01T00:00:00Z', to: misbehavingWindow.to }
    : randomBounds(random);
  const { filters, where } = random.chance(0.3) ? filtered[kind](random) : unfiltered(kind);
  const split = random.pick([undefined, 'daily', 'weekly', 'monthly'] as const);
  const now = at(misbehavingWindow.to) + random.pick([-3, 0, 1]) * day;
  const breaks = random.chance(0.5) ? randomBreaks(random) : [];
  return {
    bounds,
    where,
    breaks,
    options: {
      window: { from: at(bounds.from), to: at(bounds.to) },
      filters,
      clock: () => now,
      limits: random.chance(0.5) ? defaultLimits : smallLimits(random),
      ...randomPageSize(random),
      ...(split && { split }),
    },
  };
}

/** Bounds that are often days, and often the instant of an event or next to it. */
function randomBounds(random: SeededRandom): { from: string; to: string } {
  const edge = () =>
    `2026-0${random.pick(['5-29', '5-31', '6-01', '6-02', '6-03'])}T${random.pick(['00:00:00Z', '12:30:00.000001Z'])}`;
  const [from, to] = [edge(), edge()].sort();
  if (from === to || from === undefined || to === undefined || random.chance(0.4)) {
    return misbehavingWindow;
  }
  return { from, to };
}

function randomPageSize(random: SeededRandom): Pick<RunOptions, 'pageSize'> {
  const pageSize = random.pick([undefined, undefined, 1, 7, 10, 50]);
  return pageSize === undefined ? {} : { pageSize };
}

/** Runs and blocks of a few entries each. */
const smallLimits = (random: SeededRandom): ExportLimits => ({
  ...defaultLimits,
  blockBytes: 1_000,
  flushBlocks: 1,
  runBytes: random.pick([1, 5_000, 50_000]),
  maxOpenRuns: random.int(2, 5),
});

function randomBreaks(random: SeededRandom): Break[] {
  return Array.from({ length: random.int(1, 3) }, () => ({
    after: random.pick([random.int(1, 10), random.int(1, 60)]),
    how: random.pick(['refused', 'aborted']),
    meanwhile: random.chance(0.3)
      ? { forgetBefore: `2026-0${random.pick(['5-29', '5-31', '6-02'])}T07:00:00Z` }
      : {},
    options: random.chance(0.3) ? randomPageSize(random) : {},
  }));
}

/** Fails the requests of a run after this many of them, or aborts the run. */
export function breakOff(
  { after, how }: Pick<Break, 'after' | 'how'>,
  first: number,
  abort: () => void,
): FaultPlan {
  return ({ number }) => {
    if (number - first <= after) return undefined;
    if (how === 'aborted') abort();
    return errorStatus(503);
  };
}

interface Filtered {
  readonly filters: ExportFilters;
  readonly where: (event: VendorEvent) => boolean;
}

const unfiltered = (kind: VendorKind): Filtered => ({
  filters: {},
  where: (event) => kind !== 'thalassa' || !isSystemEntry(event),
});

/** Filters, and in another form the events that match them. */
const filtered: Readonly<Record<VendorKind, (random: SeededRandom) => Filtered>> = {
  thalassa: (random) =>
    random.pick<Filtered>([
      {
        filters: { actions: ['POST', 'kms.decrypt'], resourceTypes: ['cloud_vpc', 'kms_key'] },
        where: ({ action, resourceType }) =>
          (action === 'POST' || action === 'kms.decrypt') &&
          (resourceType === 'cloud_vpc' || resourceType === 'kms_key'),
      },
      {
        filters: { responseStatus: 403 },
        where: ({ context }) => (context as VendorEvent).status === 403,
      },
    ]),
  upcloud: (random) =>
    random.pick<Filtered>([
      {
        filters: { actions: ['create', 'update'] },
        where: ({ action }) => action === 'create' || action === 'update',
      },
      {
        filters: { actions: ['resize', 'login'], userIdentity: 'maria' },
        where: ({ action, account_username: user }) =>
          (action === 'resize' || action === 'login') && user === 'maria',
      },
      {
        filters: { userIdentity: ['maria', 'jussi'], without: { actions: ['LOGIN'] } },
        where: ({ action, account_username: user }) =>
          action !== 'login' && (user === 'maria' || user === 'jussi'),
      },
    ]),
  cockroachdb: (random) =>
    random.pick<Filtered>([
      {
        filters: { actions: ['delete_cluster', 'AUDIT_LOG_ACTION_USER_LOGIN'] },
        where: ({ action }) => /_(DELETE_CLUSTER|USER_LOGIN)$/.test(String(action)),
      },
      {
        filters: { resourceIdentity: 'orders-eu', serviceAccount: 'ci-deployer' },
        where: (event) =>
          event.cluster_name === 'orders-eu' && event.service_account_name === 'ci-deployer',
      },
      {
        filters: { without: { outcome: 'failure', actions: ['delete_cluster'] } },
        where: ({ action, error }) =>
          (error ?? '') === '' && !String(action).endsWith('_DELETE_CLUSTER'),
      },
    ]),
};
