import { createHash } from 'node:crypto';
import { type Facet, type FacetSource, facetIndex, facetsOf } from '../core/facets.ts';
import { formatInstant, type Micros, second } from '../core/micros.ts';
import { emptyHead } from './empty-head.ts';
import type {
  Append,
  Erasure,
  EventWriter,
  FacetCounts,
  FacetsQuery,
  Head,
  Histogram,
  HistogramQuery,
  SequencedEvent,
  StoredEvent,
  TreeNode,
} from './event-store.ts';

/** The fields of an event that a test sets; everything else gets a default. */
export interface TestDraft extends FacetSource {
  readonly eventID?: string;
  readonly createdAt?: Micros;
  readonly description?: string;
  readonly salt?: Uint8Array;
}

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** An append whose events are an array. */
export interface TestAppend extends Append {
  readonly events: readonly SequencedEvent[];
}

/** 2026-06-20T08:00:00Z. */
export const testEpoch: Micros = 1_781_942_400 * second;

/**
 * A log that grows as the ledger would make it grow, for tests and benchmarks of stores. Its hashes are not those of a
 * Merkle tree. They have its shape and depend on everything before, and a store cannot see more of them.
 */
export class TestLog {
  readonly organisation: string;
  head: Head;
  readonly events: SequencedEvent[] = [];

  constructor(organisation: string, head = emptyHead) {
    this.organisation = organisation;
    this.head = head;
  }

  /** The next append. The log does not change yet. */
  plan(drafts: readonly TestDraft[]): TestAppend {
    const { organisation, head } = this;
    const events = drafts.map((draft, index) => this.#sequence(draft, head.size + index));
    const nodes = events.flatMap(({ sequence }) => nodesCompletedBy(organisation, sequence));
    return { organisation, expectedSize: head.size, events, head: this.#headAfter(events), nodes };
  }

  /** Counts a planned append as done. */
  accept({ events, head }: Append): void {
    for (const event of events) this.events.push(event);
    this.head = head;
  }

  async record(
    writer: EventWriter,
    drafts: readonly TestDraft[],
  ): Promise<readonly SequencedEvent[]> {
    const append = this.plan(drafts);
    await writer.append([append]);
    this.accept(append);
    return append.events;
  }

  #sequence(draft: TestDraft, sequence: number): SequencedEvent {
    const recordedAt = testEpoch + sequence * 1_000;
    const { salt, createdAt = recordedAt, eventID = `e-${sequence}`, ...fields } = draft;
    const event = {
      ...fields,
      createdAt: formatInstant(createdAt),
      eventID,
      organizationIdentity: this.organisation,
      recordedAt: formatInstant(recordedAt),
      sequence,
    };
    const body = JSON.stringify(event);
    return {
      sequence,
      createdAt,
      recordedAt,
      body,
      ...(salt !== undefined && { salt }),
      eventID,
      facets: facetsOf(event),
      description: draft.description,
      leafHash: sha256('leaf', body),
    };
  }

  #headAfter(events: readonly SequencedEvent[]): Head {
    let { size, root, recordedAt } = this.head;
    for (const event of events) {
      size += 1;
      root = sha256(root, event.leafHash);
      recordedAt = event.recordedAt;
    }
    const subtrees = size.toString(2).replaceAll('0', '').length;
    const frontier = new Uint8Array(32 * subtrees);
    for (let place = 0; place < subtrees; place += 1)
      frontier.set(sha256(root, `${place}`), 32 * place);
    return { size, root, frontier, recordedAt };
  }
}

/** An event without its actor and address, as an erasure leaves it. */
export function erasureOf({ sequence, body }: StoredEvent): Erasure {
  const { user: _user, personal: _erased, context = {}, ...event } = JSON.parse(body);
  const { client_ip: _address, ...rest } = context;
  return { sequence, body: JSON.stringify({ ...event, context: rest, personal: 'commitment' }) };
}

/** The hash that a test log gives to this node. */
export function testNodeHash(organisation: string, level: number, index: number): Uint8Array {
  return sha256(`${organisation} ${level} ${index}`);
}

function nodesCompletedBy(organisation: string, sequence: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let level = 8, span = 256; (sequence + 1) % span === 0; level += 8, span *= 256) {
    const index = (sequence + 1) / span - 1;
    nodes.push({ level, index, hash: testNodeHash(organisation, level, index) });
  }
  return nodes;
}

/** What a store must answer, from an array of the matching events. */
export function histogramOf(
  events: readonly SequencedEvent[],
  { start, width, buckets }: Omit<HistogramQuery, 'filter'>,
): Histogram {
  const bucketsWith = (holds: (outcome: string | undefined) => boolean) =>
    Uint32Array.from({ length: buckets }, (_, bucket) => {
      const from = start + bucket * width;
      return events.filter(
        ({ createdAt, facets }) =>
          createdAt >= from && createdAt < from + width && holds(facets[facetIndex('outcome')]),
      ).length;
    });
  return {
    success: bucketsWith((outcome) => outcome === 'success'),
    failure: bucketsWith((outcome) => outcome === 'failure'),
    unknown: bucketsWith((outcome) => outcome !== 'success' && outcome !== 'failure'),
  };
}

/** The same for values of facets. */
export function facetCountsOf(
  events: readonly SequencedEvent[],
  { facets, search = '', limit, maxDistinct }: Omit<FacetsQuery, 'filter'>,
): FacetCounts {
  const ofFacet = (facet: Facet) => {
    const values = events
      .map(({ facets }) => facets[facetIndex(facet)])
      .filter((held) => held !== undefined);
    const absent = events.length - values.length;
    const searched = values.filter((held) => held.toLowerCase().includes(search.toLowerCase()));
    const all = [...Map.groupBy(searched, (held) => held)]
      .map(([value, group]) => ({ value, count: group.length }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    return all.length > maxDistinct
      ? { values: [], absent }
      : { values: all.slice(0, limit), distinct: all.length, absent };
  };
  return { total: events.length, facets: facets.map(ofFacet) };
}
