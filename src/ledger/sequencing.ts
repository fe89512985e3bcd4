import { ByteWriter } from '../core/byte-writer.ts';
import { maxEventBytes } from '../core/event.ts';
import { none } from '../core/json/raw-json.ts';
import { type Clock, formatInstant, type Micros } from '../core/micros.ts';
import type { CanonicalDraft, RawDraft, ReceivedDraft } from '../core/raw-draft.ts';
import { type Random, uuidV7Generator } from '../core/uuid.ts';
import { leafPrefix, writeSha256 } from '../integrity/hash.ts';
import { withoutCommitment } from '../integrity/leaf-text.ts';
import { saltBytes } from '../integrity/personal.ts';
import { type Gapped, memberName, type RawTexts, RawTextsWriter } from '../integrity/raw-texts.ts';
import type { EventColumns } from '../store/event-columns.ts';
import type { StoredEvent } from '../store/event-store.ts';
import { draftTooLarge, rejectedDraft } from './draft-errors.ts';
import { DraftFacts } from './draft-facts.ts';
import { fieldIndex, fieldNames } from './event-fields.ts';
import type { PersonalPathsLookup } from './personal-paths.ts';

/** A draft for which everything is done that does not depend on its sequence. */
export interface PreparedDraft {
  readonly draft: RawDraft | CanonicalDraft;
  readonly eventID: string;
  /** Whether the producer gave the event its id, and its time. */
  readonly hasOwnID: boolean;
  readonly hasOwnTime: boolean;
  readonly createdAt: Micros;
  readonly description: string | undefined;
  /** With gaps for `recordedAt` and the sequence. After them come the facets (see `packFacets`), then the salt. */
  readonly texts: RawTexts;
}

export interface SequencerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly personalPaths: PersonalPathsLookup;
}

const members = fieldNames.map(memberName);

/** The largest size of `recordedAt` and the sequence. */
const maxGapBytes = '0000-00-00T00:00:00.000000Z'.length + `${Number.MAX_SAFE_INTEGER}`.length;

/** Turns drafts into events in two steps: the costly one before their sequence is known, the cheap one after. */
export class Sequencer {
  readonly #options: SequencerOptions;
  readonly #nextID: () => string;
  readonly #facts = new DraftFacts();
  readonly #writer = new RawTextsWriter();
  readonly #packed = new ByteWriter();
  /** Of the current draft. */
  readonly #salt = Buffer.alloc(saltBytes);
  /** Room for the input of a leaf hash: the prefix, then the text. */
  readonly #leaf = new ByteWriter();

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#nextID = uuidV7Generator(options.clock, options.random);
    this.#leaf.copy(leafPrefix, 0, leafPrefix.length);
  }

  /** Throws `invalid` for an event over the size limit, or one that names another organisation. */
  prepare(organisation: string, received: ReceivedDraft): PreparedDraft {
    const facts = this.#facts;
    facts.read(received);
    const named = facts.text('organizationIdentity');
    if (named !== undefined && named !== organisation) {
      throw rejectedDraft(
        'organizationIdentity',
        'is not the organisation of this key: leave it out',
      );
    }
    return this.#prepareAt(organisation, facts.createdAt ?? this.#options.clock());
  }

  /** Gives a prepared draft its sequence, and adds the event to `into`. */
  sequence(
    prepared: PreparedDraft,
    sequence: number,
    recordedAt: Micros,
    into: EventColumns,
  ): void {
    const { eventID, createdAt, description, texts } = prepared;
    const { bytes } = texts;
    const [time, number] = [formatInstant(recordedAt), `${sequence}`];
    this.#leaf.at = leafPrefix.length;
    fill(texts, texts.leaf, time, number, this.#leaf);
    writeSha256(this.#leaf.bytes.subarray(0, this.#leaf.at), into.leafHashes);
    fill(texts, texts.body, time, number, into.lines);
    const saltStart = bytes.length - saltBytes;
    into.facets.copy(bytes, texts.leaf.end, saltStart);
    into.addSalt(texts.personal ? bytes : undefined, saltStart);
    into.add({ eventID, sequence, createdAt, recordedAt, description });
  }

  /**
   * Whether this draft, with the sequence of the stored event, is that event. A draft without `createdAt` gets the stored
   * one. Of an erased event all but the personal fields must be equal: nobody knows any more what these were.
   */
  isSame(organisation: string, prepared: PreparedDraft, stored: StoredEvent): boolean {
    const { texts } = this.#createdAt(organisation, prepared, stored.createdAt);
    const [time, number] = [formatInstant(stored.recordedAt), `${stored.sequence}`];
    const asStored = (gapped: Gapped) => {
      this.#leaf.at = leafPrefix.length;
      fill(texts, gapped, time, number, this.#leaf);
      return this.#leaf.bytes.toString('utf8', leafPrefix.length, this.#leaf.at);
    };
    if (asStored(texts.body) === stored.body) return true;
    const remains = stored.salt === undefined ? withoutCommitment(stored.body) : undefined;
    return remains !== undefined && remains === withoutCommitment(asStored(texts.leaf));
  }

  #createdAt(organisation: string, prepared: PreparedDraft, createdAt: Micros): PreparedDraft {
    if (prepared.hasOwnTime || prepared.createdAt === createdAt) return prepared;
    this.#facts.read(prepared.draft);
    return this.#prepareAt(organisation, createdAt);
  }

  /** Prepares the current draft. */
  #prepareAt(organisation: string, createdAt: Micros): PreparedDraft {
    const facts = this.#facts;
    const ownID = facts.text('eventID');
    const eventID = ownID ?? this.#nextID();
    this.#options.random(this.#salt);
    const texts = this.#write(organisation, eventID, createdAt);
    // The body must fit into a store, and the leaf text into a bundle of entries.
    const [body, leaf] = [lengthOf(texts.body), lengthOf(texts.leaf)];
    const size = Math.max(body, leaf) + maxGapBytes;
    if (size > maxEventBytes) throw draftTooLarge(size);
    return {
      draft: facts.kept,
      eventID,
      hasOwnID: ownID !== undefined,
      hasOwnTime: facts.createdAt !== undefined,
      createdAt,
      description: facts.text('description'),
      texts,
    };
  }

  #write(organisation: string, eventID: string, createdAt: Micros): RawTexts {
    const writer = this.#writer;
    const { draft, fields, outcome } = this.#facts;
    writer.begin(this.#salt, this.#options.personalPaths(organisation));
    for (let index = 0; index < members.length; index += 1) {
      const name = members[index]!;
      const member = fields.at(index);
      if (index === fieldIndex.createdAt) writer.own(name, formatInstant(createdAt));
      else if (index === fieldIndex.recordedAt) writer.gap(name, '"');
      else if (index === fieldIndex.sequence) writer.gap(name, '');
      else if (index === fieldIndex.personal) writer.commitment();
      else if (index === fieldIndex.organizationIdentity) writer.own(name, organisation);
      else if (member !== none) writer.member(draft.json, member);
      else if (index === fieldIndex.eventID) writer.own(name, eventID);
      else if (index === fieldIndex.outcome && outcome !== undefined) writer.own(name, outcome);
    }
    this.#packed.at = 0;
    this.#facts.packFacets(this.#packed);
    this.#packed.copy(this.#salt, 0, saltBytes);
    return writer.finish(this.#packed);
  }
}

/** Writes a text with `recordedAt` and the sequence in its gaps. */
function fill(
  { bytes }: RawTexts,
  { start, firstGap, secondGap, end }: Gapped,
  time: string,
  sequence: string,
  into: ByteWriter,
): void {
  into.copy(bytes, start, firstGap);
  into.text(time);
  into.copy(bytes, firstGap, secondGap);
  into.text(sequence);
  into.copy(bytes, secondGap, end);
}

function lengthOf({ start, end }: Gapped): number {
  return end - start;
}
