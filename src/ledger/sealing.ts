import { AnnalsError } from '../core/errors.ts';
import { type Draft, maxEventBytes } from '../core/event.ts';
import { type FacetValues, facetsOf } from '../core/facets.ts';
import { type Clock, formatInstant, type Micros, parseInstant } from '../core/micros.ts';
import { type Random, uuidV7Maker } from '../core/uuid.ts';
import { leafHash } from '../integrity/hash.ts';
import { withoutCommitment } from '../integrity/leaf-text.ts';
import { eventTexts, saltBytes } from '../integrity/personal.ts';
import type { SealedEvent, StoredEvent } from '../store/event-store.ts';
import type { PersonalOf } from './personal-of.ts';

/** A text with two gaps, where the place and the time of recording go. */
type GappedText = readonly [before: string, between: string, after: string];

/** A draft with everything done that does not depend on its place in the log. */
export interface PreparedDraft {
  readonly draft: Draft;
  readonly eventID: string;
  readonly createdAt: Micros;
  readonly facets: FacetValues;
  readonly description: string | undefined;
  readonly salt: Uint8Array | undefined;
  readonly body: GappedText;
  readonly leaf: GappedText;
}

export interface SealingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly personal: PersonalOf;
}

/** Turns drafts into events in two steps: the costly one before their place is known, the cheap one after. */
export class Sealing {
  readonly #options: SealingOptions;
  readonly #nextID: () => string;
  /** Stand for `recordedAt` and `sequence` until these are known; random, so that no content can hold them. */
  readonly #recordedAtGap: string;
  readonly #sequenceGap: string;

  constructor(options: SealingOptions) {
    this.#options = options;
    this.#nextID = uuidV7Maker(options.clock, options.random);
    this.#recordedAtGap = `recorded at ${this.#nextID()}`;
    this.#sequenceGap = `sequence ${this.#nextID()}`;
  }

  /** Throws `invalid` for an event over the size limit, or one that names another organisation. */
  prepare(organisation: string, draft: Draft): PreparedDraft {
    const createdAt =
      draft.createdAt === undefined ? this.#options.clock() : instant(draft.createdAt);
    return this.#prepareAt(organisation, draft, createdAt);
  }

  /** Gives a prepared draft its place. */
  seal(prepared: PreparedDraft, sequence: number, recordedAt: Micros): SealedEvent {
    const { eventID, createdAt, facets, description, salt } = prepared;
    const leaf = fill(prepared.leaf, sequence, recordedAt);
    return {
      eventID,
      sequence,
      createdAt,
      recordedAt,
      facets,
      description,
      ...(salt !== undefined && { salt }),
      body: fill(prepared.body, sequence, recordedAt),
      leafHash: leafHash(leaf),
    };
  }

  /**
   * Whether this draft, sealed where the stored event stands, is that event. A draft that left the time of the
   * event to us is given the stored one. Of an erased event all but the personal parts must be the same: what these
   * were, nobody knows any more.
   */
  isSame(organisation: string, prepared: PreparedDraft, stored: StoredEvent): boolean {
    const { draft } = prepared;
    const again =
      draft.createdAt === undefined && prepared.createdAt !== stored.createdAt
        ? this.#prepareAt(organisation, draft, stored.createdAt)
        : prepared;
    const textOf = (text: GappedText) => fill(text, stored.sequence, stored.recordedAt);
    if (textOf(again.body) === stored.body) return true;
    const remains = stored.salt === undefined ? withoutCommitment(stored.body) : undefined;
    return remains !== undefined && remains === withoutCommitment(textOf(again.leaf));
  }

  #prepareAt(organisation: string, draft: Draft, createdAt: Micros): PreparedDraft {
    if (draft.organizationIdentity !== undefined && draft.organizationIdentity !== organisation) {
      throw refused('organizationIdentity', 'is not the organisation of this key: leave it out');
    }
    const eventID = draft.eventID ?? this.#nextID();
    const outcome = outcomeOf(draft);
    const event = {
      ...draft,
      eventID,
      createdAt: formatInstant(createdAt),
      organizationIdentity: organisation,
      ...(outcome !== undefined && { outcome }),
      recordedAt: this.#recordedAtGap,
      sequence: this.#sequenceGap,
    };
    // Out of Buffer's pool: handed to another thread, a thousand arrays of their own cost more than all their hashes.
    const salt = Buffer.allocUnsafe(saltBytes);
    this.#options.random(salt);
    const { body, leaf, personal } = eventTexts(event, salt, this.#options.personal(organisation));
    // Both must fit: the body into a store, the leaf text into a bundle of entries.
    const size = Math.max(Buffer.byteLength(body), Buffer.byteLength(leaf));
    if (size > maxEventBytes) {
      throw refused('', `has ${size} bytes as canonical JSON, more than ${maxEventBytes}`);
    }
    return {
      draft,
      eventID,
      createdAt,
      facets: facetsOf(event),
      description: draft.description,
      salt: personal ? salt : undefined,
      body: this.#cut(body),
      leaf: this.#cut(leaf),
    };
  }

  #cut(text: string): GappedText {
    const recordedAt = text.indexOf(this.#recordedAtGap);
    const sequence = text.indexOf(this.#sequenceGap, recordedAt);
    return [
      text.slice(0, recordedAt),
      text.slice(recordedAt + this.#recordedAtGap.length, sequence - 1),
      text.slice(sequence + this.#sequenceGap.length + 1),
    ];
  }
}

/** What the producer said, else what the status and the error say, else nothing. */
function outcomeOf({ outcome, error, context }: Draft): Draft['outcome'] {
  if (outcome !== undefined) return outcome;
  if (error !== undefined && error !== '') return 'failure';
  if (context?.status === undefined) return undefined;
  return context.status >= 400 ? 'failure' : 'success';
}

function fill([before, between, after]: GappedText, sequence: number, recordedAt: Micros): string {
  return `${before}${formatInstant(recordedAt)}${between}${sequence}${after}`;
}

function instant(text: string): Micros {
  const parsed = parseInstant(text);
  if (typeof parsed === 'number') return parsed;
  throw refused('createdAt', 'is no RFC 3339 time');
}

function refused(field: string, message: string): AnnalsError {
  return new AnnalsError(
    'invalid',
    `Cannot record: ${field === '' ? 'the event' : field} ${message}`,
    {
      issues: [{ field, message }],
    },
  );
}
