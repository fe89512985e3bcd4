import type { ByteWriter } from '../core/byte-writer.ts';
import { type Draft, maxEventBytes } from '../core/event.ts';
import { contextFacets, facets } from '../core/facets.ts';
import { defaultMaxDepth } from '../core/json/parse-json.ts';
import { minBytesPerValue, none, RawJson } from '../core/json/raw-json.ts';
import { type Micros, parseInstant } from '../core/micros.ts';
import { NameTable } from '../core/name-table.ts';
import { facetLengthBytes, writeFacetLength } from '../core/packed-facets.ts';
import { CanonicalDraft, RawDraft, type ReceivedDraft } from '../core/raw-draft.ts';
import { canonicalJson } from '../integrity/canonical.ts';
import { draftTooLarge, rejectedDraft } from './draft-errors.ts';
import { DraftFields, type FieldName, fieldIndex } from './event-fields.ts';

/** The members of the context that are looked at. */
const contextNames = ['status', ...Object.values(contextFacets)] as const;
const contextTable = new NameTable(contextNames);

/** Where a facet comes from: a field of the draft or a member of its context, by index. */
type FacetSource = { readonly field: number } | { readonly inContext: number };

/** In the order of the facets; the outcome and the status are computed. */
const facetSources = facets.map((facet): FacetSource | 'outcome' | 'status' => {
  switch (facet) {
    case 'responseStatus':
      return 'status';
    case 'outcome':
      return 'outcome';
    case 'clientIp':
    case 'origin':
    case 'systemService':
    case 'credential':
    case 'country':
      return { inContext: contextNames.indexOf(contextFacets[facet]) };
    default:
      return { field: fieldIndex[facet] };
  }
});

/** What must be known of a draft to record it. One instance reads many drafts, one after the other: it creates no garbage. */
export class DraftFacts {
  readonly fields = new DraftFields();
  draft!: RawDraft;
  /** The draft in the form in which it is kept. */
  kept!: RawDraft | CanonicalDraft;
  createdAt: Micros | undefined;
  outcome: string | undefined;
  readonly #context: number[] = contextNames.map(() => none);
  #status: number | undefined;

  /** Reads a draft; the one before is forgotten. Throws `invalid` for an object that is too large for an event. */
  read(received: ReceivedDraft): void {
    const isText = received instanceof RawDraft || received instanceof CanonicalDraft;
    this.kept = isText ? received : toCanonicalDraft(received);
    this.draft = this.kept instanceof RawDraft ? this.kept : indexTokens(this.kept);
    this.fields.read(this.draft);
    this.#readContext(this.fields.at(fieldIndex.context));
    this.#status = this.#statusCode();
    this.outcome = this.#outcome();
    const createdAt = this.text('createdAt');
    this.createdAt = createdAt === undefined ? undefined : parseCreatedAt(createdAt);
  }

  /** The text of a field; undefined when the draft does not have it. */
  text(name: FieldName): string | undefined {
    return this.#textOf(this.fields.at(fieldIndex[name]));
  }

  /** Writes the facets as `packFacets` does, with the values that `facetsOf` has for the event. */
  packFacets(into: ByteWriter): void {
    for (const source of facetSources) {
      const length = into.skip(facetLengthBytes);
      if (source === 'outcome') into.text(this.outcome ?? '');
      else if (source === 'status') into.text(this.#status === undefined ? '' : `${this.#status}`);
      else if ('field' in source) this.#copyText(this.fields.at(source.field), into);
      else this.#copyText(this.#context[source.inContext]!, into);
      writeFacetLength(into, length);
    }
  }

  /** The producer's outcome, or else what follows from the error or the status. */
  #outcome(): string | undefined {
    const ofProducer = this.text('outcome');
    if (ofProducer !== undefined) return ofProducer;
    const error = this.text('error');
    if (error !== undefined && error !== '') return 'failure';
    if (this.#status === undefined) return undefined;
    return this.#status >= 400 ? 'failure' : 'success';
  }

  #statusCode(): number | undefined {
    const status = this.#context[contextNames.indexOf('status')]!;
    return status === none ? undefined : this.draft.json.numberOf(status);
  }

  #copyText(value: number, into: ByteWriter): void {
    if (value === none) return;
    const { json } = this.draft;
    if (json.isEscaped(value)) into.text(json.textOf(value));
    else into.copy(json.bytes, json.start(value) + 1, json.end(value) - 1);
  }

  /** In one pass: each member has one of the names or none of them. */
  #readContext(context: number): void {
    const members = this.#context;
    members.fill(none);
    if (context === none) return;
    const { json } = this.draft;
    for (let member = json.first(context); member !== none; member = json.next(member)) {
      const index = contextTable.find(json.bytes, json.keyStart(member), json.keyEnd(member));
      if (index >= 0) members[index] = member;
    }
  }

  #textOf(value: number): string | undefined {
    return value === none ? undefined : this.draft.json.textOf(value);
  }
}

/** Writes a draft that is an object as canonical JSON. Throws `invalid` when it is too large for an event. */
export function toCanonicalDraft(draft: Draft): CanonicalDraft {
  const bytes = Buffer.from(canonicalJson(draft));
  if (bytes.length > maxEventBytes) throw draftTooLarge(bytes.length);
  return new CanonicalDraft(bytes);
}

function indexTokens({ bytes }: CanonicalDraft): RawDraft {
  const json = new RawJson(bytes, minBytesPerValue);
  const object = json.read(0, bytes.length);
  if (object === none) throw rejectedDraft('', `is nested deeper than ${defaultMaxDepth} levels`);
  return new RawDraft(json, object);
}

function parseCreatedAt(text: string): Micros {
  const parsed = parseInstant(text);
  if (typeof parsed === 'number') return parsed;
  throw rejectedDraft('createdAt', 'is not an RFC 3339 time');
}
