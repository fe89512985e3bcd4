import { formatInstant, parseInstant } from '../../src/core/micros.ts';
import { Violation } from './problems.ts';
import { SeenEvents } from './seen-events.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';

/** Reads all of a log page by page, and then what is new, over any number of kills. */
export interface Follower {
  readonly name: string;
  readonly seen: SeenEvents;
  /** Reads a page. Returns whether it was full, so that there may be more. */
  next(): Promise<boolean>;
}

const limit = 1_000;

interface Followed {
  readonly items: readonly {
    readonly eventID: string;
    readonly sequence: number;
    readonly recordedAt: string;
    readonly context?: { readonly system_service?: string };
  }[];
  readonly nextSequence: number;
}

/** In our own dialect, by sequence: 0, 1, 2 and so on without a gap, including the server's own records. */
export function sequenceFollower(
  { slug, streams, key }: SoakOrganisation,
  { client, figures }: SoakContext,
): Follower {
  const seen = new SeenEvents(streams, undefined);
  let next = 0;
  let before = '';
  return {
    name: `follower of ${slug} by sequence`,
    seen,
    async next() {
      const path = `/v1/audit?fromSequence=${next}&limit=${limit}&includeSystemServices=true`;
      const { body } = await client.get<Followed>(path, key, figures.pages);
      for (const { eventID, sequence, recordedAt, context } of body.items) {
        if (sequence !== next || recordedAt <= before) {
          throw new Violation(
            `Sequence ${sequence} of ${recordedAt} came, and ${next} after ${before} was to come`,
          );
        }
        next += 1;
        before = recordedAt;
        if (context?.system_service !== 'annals') seen.see(eventID);
      }
      if (body.nextSequence !== next) {
        throw new Violation(`nextSequence is ${body.nextSequence} instead of ${next}: ${path}`);
      }
      return body.items.length >= limit;
    },
  };
}

interface CockroachdbPage {
  readonly entries: readonly { readonly id: string; readonly created_at: string }[];
  readonly next_starting_from: string;
}

/** In CockroachDB's dialect, by time of recording. */
export function cockroachdbFollower(
  { slug, streams, key }: SoakOrganisation,
  { client, figures }: SoakContext,
): Follower {
  const seen = new SeenEvents(streams, undefined);
  let from = '';
  let before = Number.NEGATIVE_INFINITY;
  return {
    name: `follower of ${slug} in CockroachDB's dialect`,
    seen,
    async next() {
      const path = `/api/v1/auditlogevents?sort_order=ASC&limit=${limit}&starting_from=${encodeURIComponent(from)}`;
      const { body } = await client.get<CockroachdbPage>(path, key, figures.pages);
      for (const { id, created_at: createdAt } of body.entries) {
        const at = parseInstant(createdAt);
        if (typeof at !== 'number' || at <= before) {
          throw new Violation(`${createdAt} came behind ${formatInstant(before)}: ${path}`);
        }
        before = at;
        seen.see(id);
      }
      from = body.next_starting_from;
      return body.entries.length >= limit;
    },
  };
}

/** Reads until it has seen everything that is acknowledged now. Throws `Violation` when the end comes before. */
export async function catchUp(
  { seen, next }: Follower,
  { acknowledgements }: SoakContext,
): Promise<void> {
  const acknowledged = acknowledgements.acknowledged.slice();
  while (await next());
  seen.complete(acknowledged, acknowledgements.sent);
}
