import { formatInstant } from '../../src/core/micros.ts';
import { Violation } from './problems.ts';
import { type Direction, SeenEvents } from './seen-events.ts';
import type { Draw, SoakContext, SoakOrganisation } from './soak-context.ts';
import { drawWindow, isSettled } from './windows.ts';

/** Most events of one walk. */
const most = 8_000;

interface NativePage {
  readonly items: readonly {
    readonly eventID: string;
    readonly createdAt: string;
    readonly sequence: number;
  }[];
  readonly totalItems: number;
  readonly nextCursor?: string;
  readonly snapshot?: number;
}

/**
 * Walks a window of an organisation's log in our own dialect, from either end, by cursor or by numbered pages of a
 * snapshot. Kills must make no difference.
 */
export async function walkNatively(
  { streams, key }: SoakOrganisation,
  { client, acknowledgements, figures }: SoakContext,
  draw: Draw,
): Promise<void> {
  const window = drawWindow(streams, { now: Date.now() * 1_000, most }, draw);
  const direction: Direction = draw(2) === 0 ? 'ascending' : 'descending';
  const limit = 200 + draw(801);
  const byCursor = draw(2) === 0;
  const parameters = new URLSearchParams({
    from: formatInstant(window.from),
    to: formatInstant(window.to),
    order: direction === 'ascending' ? 'asc' : 'desc',
    limit: String(limit),
  });
  const acknowledged = acknowledgements.acknowledged.slice();
  const seen = new SeenEvents(streams, window, direction);
  const order = new PlaceOrder(direction);
  let total: number | undefined;
  for (let page = 1; ; page += 1) {
    if (byCursor && page === 1) parameters.set('cursor', '');
    if (!byCursor) parameters.set('page', String(page));
    const { body, headers } = await client.get<NativePage>(
      `/v1/audit?${parameters}`,
      key,
      figures.pages,
    );
    const { items, totalItems, nextCursor } = body;
    total ??= totalItems;
    if (totalItems !== total) {
      throw new Violation(
        `The total went from ${total} to ${totalItems} on page ${page} of ${parameters}`,
      );
    }
    for (const { eventID, createdAt, sequence } of items) {
      order.see(createdAt, sequence);
      seen.see(eventID);
    }
    if (byCursor ? nextCursor === undefined : items.length < limit) break;
    if (byCursor) parameters.set('cursor', nextCursor ?? '');
    else parameters.set('snapshot', headers.get('annals-snapshot') ?? '');
  }
  seen.complete(acknowledged, acknowledgements.sent);
  if (total !== seen.count) {
    throw new Violation(`${seen.count} events came of a total of ${total}: ${parameters}`);
  }
  figures.add('native walks');
}

/** The order of lists: by `createdAt`, then by sequence. */
export class PlaceOrder {
  readonly #sign: number;
  #last: { readonly createdAt: string; readonly sequence: number } | undefined;

  constructor(direction: Direction) {
    this.#sign = direction === 'ascending' ? 1 : -1;
  }

  /** Throws `Violation` for an event that does not sort after the one before. */
  see(createdAt: string, sequence: number): void {
    const last = this.#last;
    this.#last = { createdAt, sequence };
    if (last === undefined) return;
    const step = createdAt === last.createdAt ? sequence - last.sequence : later(createdAt, last);
    if (step * this.#sign > 0) return;
    throw new Violation(
      `${createdAt}, sequence ${sequence}, came behind ${last.createdAt}, sequence ${last.sequence}`,
    );
  }
}

/** Times all have the same form, so they sort as texts. */
const later = (createdAt: string, last: { readonly createdAt: string }) =>
  createdAt > last.createdAt ? 1 : -1;

interface UpcloudPage {
  readonly audit_logs: readonly {
    readonly cloud_event_id: string;
    readonly native?: { readonly eventID?: string };
  }[];
}

const upcloudLimit = 200;

/**
 * Walks a window in UpCloud's dialect: by offset, newest first, with an exact total. Pages by offset are stable only while
 * nothing is added to the window, so a walk during which a late event came does not count.
 */
export async function walkUpcloud(
  { streams, key }: SoakOrganisation,
  { client, acknowledgements, figures }: SoakContext,
  draw: Draw,
): Promise<void> {
  const acknowledged = acknowledgements.acknowledged.slice();
  const window = drawWindow(streams, { now: Date.now() * 1_000, most: most / 4 }, draw);
  const parameters = new URLSearchParams({
    // Both are inclusive.
    created_after: formatInstant(window.from),
    created_before: formatInstant(window.to - 1),
    limit: String(upcloudLimit),
  });
  const shown: string[] = [];
  for (;;) {
    parameters.set('offset', String(shown.length));
    const path = `/1.3/audit-logs?${parameters}`;
    const { body, headers } = await client.get<UpcloudPage>(path, key, figures.pages);
    if (!isSettled(streams, window, acknowledged, acknowledgements.sent)) return;
    const total = Number(headers.get('upcloud-total-count'));
    const { audit_logs: events } = body;
    for (const { cloud_event_id: id, native } of events) shown.push(native?.eventID ?? id);
    if (shown.length > total || (events.length < upcloudLimit && shown.length !== total)) {
      throw new Violation(`${shown.length} events came of a total of ${total}: ${path}`);
    }
    if (events.length < upcloudLimit) break;
  }
  const seen = new SeenEvents(streams, window, 'descending');
  for (const eventID of shown) seen.see(eventID);
  seen.complete(acknowledged, acknowledged);
  figures.add('UpCloud walks');
}
