import { hash } from 'node:crypto';
import { ByteWriter } from '../core/byte-writer.ts';
import { none, type RawJson } from '../core/json/raw-json.ts';
import { NameTable } from '../core/name-table.ts';
import { canonicalJson, canonicalString } from './canonical.ts';
import { commitmentKey, type PersonalPaths, saltBytes } from './personal.ts';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const commitmentLength = 64;

/** Where a text is in the bytes of a `RawTexts`, and where something must still be inserted. */
export interface Gapped {
  readonly start: number;
  readonly firstGap: number;
  readonly secondGap: number;
  readonly end: number;
}

/** The texts of an event (see `EventTexts`), with two gaps for values that are not known yet. */
export interface RawTexts {
  /** The texts, followed by the bytes that `finish` got. */
  readonly bytes: Buffer;
  readonly body: Gapped;
  readonly leaf: Gapped;
  readonly personal: boolean;
}

/** The name of a member as JSON: in quotes, with a colon. */
export interface MemberName {
  readonly name: string;
  readonly bytes: Buffer;
}

export function memberName(name: string): MemberName {
  return { name, bytes: Buffer.from(`${canonicalString(name)}:`) };
}

/**
 * Writes the texts of events from JSON that is left in its bytes. The result is that of `eventTexts`, at less cost. Add
 * the members of the event in canonical order, and call `commitment` where it sorts among them, which is never first.
 *
 * The leaf text is the body with parts cut out: it is copied from the body in a few long ranges.
 */
export class RawTextsWriter {
  readonly #body = new ByteWriter();
  readonly #leaf = new ByteWriter();
  /** The salt, then the personal fields. */
  readonly #personal = new ByteWriter();
  #personalPaths: PersonalPaths = new Map();
  #paths = rawPaths(this.#personalPaths);
  #level: Level = { members: 0, kept: 0, taken: 0 };
  /** The body from here on is not in the leaf text yet. */
  #copyStart = 0;
  #commitmentAt = 0;
  /** The offsets of the two gaps in the body and in the leaf text. */
  readonly #gaps: Gaps = { count: 0, body: [0, 0], leaf: [0, 0] };

  begin(salt: Buffer, paths: PersonalPaths): void {
    this.#personalPaths = paths;
    this.#paths = rawPaths(paths);
    this.#gaps.count = 0;
    this.#copyStart = 0;
    this.#body.at = 0;
    this.#leaf.at = 0;
    this.#personal.at = 0;
    this.#personal.copy(salt, 0, saltBytes);
    this.#level = this.#open();
  }

  /** A member of the event that is a member of some object. */
  member(json: RawJson, member: number): void {
    this.#member(json, member, this.#paths, this.#level);
  }

  /** Adds a member that the server sets, a text. */
  own(name: MemberName, text: string): void {
    const before = this.#begin(this.#level);
    const from = this.#body.at;
    this.#body.copy(name.bytes, 0, name.bytes.length);
    this.#body.text(canonicalString(text));
    if (this.#personalPaths.get(name.name) === 'all') this.#take(before, from, this.#level);
    else this.#keep(before, this.#level);
  }

  /** Adds a member whose value is inserted later, between two `around`. It is never personal. */
  gap(name: MemberName, around: '' | '"'): void {
    const body = this.#body;
    this.#keep(this.#begin(this.#level), this.#level);
    body.copy(name.bytes, 0, name.bytes.length);
    body.text(around);
    const gaps = this.#gaps;
    gaps.body[gaps.count] = body.at;
    gaps.leaf[gaps.count] = this.#leaf.at + body.at - this.#copyStart;
    gaps.count += 1;
    body.text(around);
  }

  /** Adds the commitment to the leaf text here, if there is a personal field. */
  commitment(): void {
    this.#cut(this.#body.at, this.#body.at);
    this.#leaf.text(`,"${commitmentKey}":"`);
    this.#commitmentAt = this.#leaf.skip(commitmentLength);
    this.#leaf.byte(quote);
  }

  /** The texts, in memory of their own, followed by more bytes. */
  finish(more: ByteWriter): RawTexts {
    this.#close();
    const body = this.#body;
    const leaf = this.#leaf;
    const { body: bodyGaps, leaf: leafGaps } = this.#gaps;
    const whole = gapped(0, bodyGaps, body.at);
    const personal = this.#level.taken > 0;
    if (personal) {
      this.#cut(body.at, body.at);
      const committed = this.#personal.bytes.subarray(0, this.#personal.at);
      leaf.bytes.write(hash('sha256', committed, 'hex'), this.#commitmentAt, 'latin1');
    } else {
      leaf.at = 0;
    }
    const bytes = Buffer.allocUnsafe(body.at + leaf.at + more.at);
    body.bytes.copy(bytes, 0, 0, body.at);
    leaf.bytes.copy(bytes, body.at, 0, leaf.at);
    more.bytes.copy(bytes, body.at + leaf.at, 0, more.at);
    if (!personal) return { bytes, body: whole, leaf: whole, personal };
    return { bytes, body: whole, leaf: gapped(body.at, leafGaps, leaf.at), personal };
  }

  #member(json: RawJson, member: number, paths: RawPaths, level: Level): void {
    const path = paths.find(json.bytes, json.keyStart(member), json.keyEnd(member));
    const before = this.#begin(level);
    const from = this.#body.at;
    if (path === 'all') {
      this.#whole(json, member);
      this.#take(before, from, level);
      return;
    }
    this.#keep(before, level);
    if (path !== undefined && json.isObject(member)) this.#split(json, member, path, level);
    else this.#whole(json, member);
  }

  /** An object of which some members are personal. */
  #split(json: RawJson, object: number, paths: RawPaths, outer: Level): void {
    const from = this.#body.at;
    this.#name(json, object);
    const [personalAt, taken] = [this.#personal.at, outer.taken];
    this.#beginTaken(outer);
    this.#personal.copy(this.#body.bytes, from, this.#body.at);
    const level = this.#open();
    for (let member = json.first(object); member !== none; member = json.next(member)) {
      this.#member(json, member, paths, level);
    }
    this.#close();
    if (level.taken > 0) return;
    this.#personal.at = personalAt;
    outer.taken = taken;
  }

  #open(): Level {
    this.#body.byte(openBrace);
    this.#personal.byte(openBrace);
    return { members: 0, kept: 0, taken: 0 };
  }

  #close(): void {
    this.#body.byte(closeBrace);
    this.#personal.byte(closeBrace);
  }

  /** Begins a member in the body. Returns the offset before its comma. */
  #begin(level: Level): number {
    const before = this.#body.at;
    if (level.members > 0) this.#body.byte(comma);
    level.members += 1;
    return before;
  }

  /** Keeps the new member in the leaf text, with a comma only if it is not the first there. */
  #keep(before: number, level: Level): void {
    if (level.kept === 0 && level.members > 1) this.#cut(before, before + 1);
    level.kept += 1;
  }

  /** Takes the member that was written from `from` on out of the leaf text: it is personal. */
  #take(before: number, from: number, level: Level): void {
    this.#beginTaken(level);
    this.#personal.copy(this.#body.bytes, from, this.#body.at);
    this.#cut(before, this.#body.at);
  }

  #beginTaken(level: Level): void {
    if (level.taken > 0) this.#personal.byte(comma);
    level.taken += 1;
  }

  /** Leaves the part of the body between two offsets out of the leaf text. */
  #cut(from: number, to: number): void {
    this.#leaf.copy(this.#body.bytes, this.#copyStart, from);
    this.#copyStart = to;
  }

  #name(json: RawJson, member: number): void {
    this.#body.copy(json.bytes, json.keyStart(member) - 1, json.keyEnd(member) + 1);
    this.#body.byte(colon);
  }

  /** A member in canonical form. */
  #whole(json: RawJson, member: number): void {
    if (json.isCanonical(member) && json.start(member) === json.keyEnd(member) + 2) {
      this.#body.copy(json.bytes, json.keyStart(member) - 1, json.end(member));
    } else {
      this.#name(json, member);
      this.#value(json, member);
    }
  }

  #value(json: RawJson, value: number): void {
    const body = this.#body;
    if (json.isCanonical(value)) {
      body.copy(json.bytes, json.start(value), json.end(value));
      return;
    }
    if (json.isString(value)) {
      body.text(canonicalString(json.textOf(value)));
      return;
    }
    if (json.isNumber(value)) {
      body.text(canonicalJson(json.numberOf(value)));
      return;
    }
    const isObject = json.isObject(value);
    let before = isObject ? openBrace : openBracket;
    for (let inner = json.first(value); inner !== none; inner = json.next(inner)) {
      body.byte(before);
      before = comma;
      if (isObject) this.#whole(json, inner);
      else this.#value(json, inner);
    }
    if (before !== comma) body.byte(before);
    body.byte(isObject ? closeBrace : closeBracket);
  }
}

interface Gaps {
  count: number;
  readonly body: [first: number, second: number];
  readonly leaf: [first: number, second: number];
}

/** A text from `start` on, with gaps at these distances from there. */
function gapped(start: number, gaps: readonly [number, number], length: number): Gapped {
  const [first, second] = gaps;
  return { start, firstGap: start + first, secondGap: start + second, end: start + length };
}

/** How many members an object has so far: in the body, in the leaf text, among the personal fields. */
interface Level {
  members: number;
  kept: number;
  taken: number;
}

/** Personal paths as bytes. */
class RawPaths {
  readonly #table: NameTable;
  readonly #deeper: readonly (RawPaths | 'all')[];

  constructor(paths: PersonalPaths) {
    this.#table = new NameTable([...paths.keys()]);
    this.#deeper = [...paths.values()].map((path) => (path === 'all' ? path : new RawPaths(path)));
  }

  find(bytes: Uint8Array, start: number, end: number): RawPaths | 'all' | undefined {
    const index = this.#table.find(bytes, start, end);
    return index < 0 ? undefined : this.#deeper[index];
  }
}

const knownPaths = new WeakMap<PersonalPaths, RawPaths>();

function rawPaths(paths: PersonalPaths): RawPaths {
  let known = knownPaths.get(paths);
  if (known === undefined) {
    known = new RawPaths(paths);
    knownPaths.set(paths, known);
  }
  return known;
}
