import { AnnalsError, messageOf } from '../../core/errors.ts';
import { parseJson } from '../../core/json/parse-json.ts';
import { type Micros, parseInstant } from '../../core/micros.ts';
import { leafHash, sameHash } from '../../integrity/hash.ts';
import { cutLeafText } from '../../integrity/leaf-text.ts';
import { eventTexts, type PersonalPaths, personalPaths } from '../../integrity/personal.ts';
import { type EventHeader, EventHeaderCollector } from '../proofs/event-header.ts';
import type { VerifyFindings } from './findings.ts';
import type { ExpectedEvent, ProofReader } from './proof-reader.ts';

/** An event as it is in a file. */
export interface ExportedEvent extends EventHeader {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly eventNumber: number;
  /** The text whose hash is the leaf, if the event is written as in the log. */
  readonly leafText: (salt: Uint8Array | undefined) => string;
}

/** Checks that events are in the order of an export: by time, and by sequence when times are equal. */
export class OrderCheck {
  readonly #findings: VerifyFindings;
  #at: Micros = Number.NEGATIVE_INFINITY;
  #sequence = -1;

  constructor(findings: VerifyFindings) {
    this.#findings = findings;
  }

  check(event: ExportedEvent): void {
    const { createdAt = '', sequence = 0 } = event;
    const at = parseInstant(createdAt, { truncate: true });
    if (typeof at !== 'number') return;
    if (at < this.#at || (at === this.#at && sequence < this.#sequence)) {
      const message = `${describeEvent(event)}: it comes after a later one, of sequence ${this.#sequence}`;
      this.#findings.add('order', message, locationOf(event));
      return;
    }
    this.#at = at;
    this.#sequence = sequence;
  }
}

/** Compares events with what a proof says that they must be. */
export class EventCheck {
  readonly #proof: ProofReader;
  readonly #paths: PersonalPaths;
  readonly #findings: VerifyFindings;
  /** A bit for each event of the proof. */
  readonly #seen: Uint8Array;

  constructor(proof: ProofReader, findings: VerifyFindings) {
    this.#proof = proof;
    this.#paths = personalPaths(proof.header.personalPaths);
    this.#findings = findings;
    this.#seen = new Uint8Array(Math.ceil(proof.entries / 8));
  }

  /** Reads what an event says about itself; undefined, with a finding, when the text is not an event. */
  read(text: string, file: string, eventNumber: number): ExportedEvent | undefined {
    try {
      const facts = new EventHeaderCollector(text);
      const leafText = cutLeafText(text, this.#paths, (key, start, end) =>
        facts.addMember(key, start, end),
      );
      const { eventID, sequence, createdAt } = facts;
      return { text, file, eventNumber, leafText, eventID, sequence, createdAt };
    } catch (error) {
      const message = `${file}, event ${eventNumber}: it cannot be read (${messageOf(error)})`;
      this.#findings.add('changed', message, { file, place: eventNumber });
      return undefined;
    }
  }

  /** The event was compared when this has returned, or the promise has resolved. */
  check(event: ExportedEvent): void | Promise<void> {
    const { sequence } = event;
    if (sequence === undefined) {
      this.#add('changed', event, 'it has no sequence');
      return;
    }
    const known = this.#proof.cached(sequence);
    if (known !== undefined) {
      this.#compare(event, known);
      return;
    }
    return this.#proof.find(sequence).then((expected) => this.#compare(event, expected));
  }

  /** Reports what was in no file; to be called after the last event. */
  async finish(): Promise<void> {
    for await (const { from, to } of this.#proof.unseen((rank) => this.#isSeen(rank))) {
      const which =
        to - from === 1
          ? `the event of sequence ${from} is`
          : `the ${to - from} events of sequences ${from} to ${to - 1} are`;
      const message = `${which} missing: no file has what was recorded there`;
      this.#findings.add('missing', message, { sequence: from, lastSequence: to - 1 });
    }
  }

  #compare(event: ExportedEvent, expected: ExpectedEvent | undefined): void {
    if (expected === undefined) {
      this.#add('added', event, 'the proof has no event of this sequence');
      return;
    }
    const { leaf, salt, rank } = expected;
    const quick = leafHash(event.leafText(salt));
    if (!sameHash(quick, leaf)) {
      const why = this.#difference(event.text, expected);
      if (why !== undefined) {
        this.#add('changed', event, why);
        return;
      }
    }
    if (this.#isSeen(rank)) {
      this.#add('added', event, 'it is in the export a second time');
      return;
    }
    this.#seen[rank >> 3]! |= 1 << (rank & 7);
  }

  /** How an event differs from the expected one; undefined when it is the same, and only written in another way. */
  #difference(text: string, { leaf, salt }: ExpectedEvent): string | undefined {
    try {
      const { value, problems } = parseJson(text);
      if (problems[0] !== undefined) return `it is ambiguous: ${problems[0].message}`;
      const { leaf: leafText } = eventTexts(value as object, salt, this.#paths);
      return sameHash(leafHash(leafText), leaf) ? undefined : 'it is not the event in the log';
    } catch (error) {
      if (error instanceof AnnalsError) return `it is not the event in the log (${error.message})`;
      throw error;
    }
  }

  #isSeen(rank: number): boolean {
    return (this.#seen[rank >> 3]! & (1 << (rank & 7))) !== 0;
  }

  #add(kind: 'changed' | 'added', event: ExportedEvent, why: string): void {
    this.#findings.add(kind, `${describeEvent(event)}: ${why}`, locationOf(event));
  }
}

/** `audit-logs-2026-06-01.json, event 17 (evt-4711, sequence 4211)` */
export function describeEvent({ file, eventNumber, eventID, sequence }: ExportedEvent): string {
  const known = [
    ...(eventID === undefined ? [] : [eventID]),
    ...(sequence === undefined ? [] : [`sequence ${sequence}`]),
  ];
  return `${file}, event ${eventNumber}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

function locationOf({ file, eventNumber, eventID, sequence }: ExportedEvent) {
  return {
    file,
    place: eventNumber,
    ...(eventID !== undefined && { eventID }),
    ...(sequence !== undefined && { sequence }),
  };
}
