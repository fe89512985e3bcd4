import {
  canonicalEscapeLength,
  endOfNumber,
  escapeLength,
  isNumberByte,
  numberSpelling,
} from './canonical-tokens.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
} from './characters.ts';
import { defaultMaxDepth } from './parse-json.ts';

/** The words that the token index has for each value. */
const startWord = 0;
const endWord = 1;
const keyStartWord = 2;
const keyEndWord = 3;
const flagsWord = 4;
const firstWord = 5;
const nextWord = 6;
const wordsPerValue = 7;

/** The key has bytes beyond ASCII, or escapes: it is compared as text. */
const oddKey = 1;
/** The value is a string with escapes. */
const escaped = 2;
/** The bytes of the value are canonical: no white space inside, the keys of every object in order, every token canonical. */
const canonical = 4;

/** The most members of an object whose keys are not in canonical order: see `#link`. */
const mostUnsorted = 64;

const typicalBytesPerValue = 24;

/** Every value of a text has at least one byte. */
export const minBytesPerValue = 1;

/** In place of a value: there is none. */
export const none = -1;

/**
 * JSON that is left in the bytes it came in. Reading creates no objects. It notes in a token index where each value starts
 * and ends, with the members of an object in canonical order (RFC 8785), whatever their order in the text. That is a
 * tenth of the garbage of `parseJson`, and canonical text can be copied out of the bytes.
 *
 * A value that is not spelled canonically (`"\u00eb"`, `12.0`) is marked, and written canonically when it is copied. Only
 * keys must be canonical as they are: they are compared in their bytes. Canonical JSON can always be read. Of what it
 * cannot read `read` says no more than that; `parseJson` reads it, or says what is wrong. A value is a number that is
 * valid for one `RawJson` only.
 */
export class RawJson {
  readonly bytes: Buffer;
  readonly #maxDepth: number;
  readonly #maxWords: number;
  #tokenIndex: Int32Array;
  #used = 0;
  /** Counts what canonical JSON does not have: white space, keys out of order, tokens spelled in other ways. */
  #disorder = 0;
  #at = 0;
  #end = 0;

  /**
   * @param bytes valid UTF-8
   * @param bytesAValue a text with fewer bytes a value is left to `parseJson`: the token index of a million zeros would
   *   need far more memory than the zeros
   */
  constructor(bytes: Buffer, bytesAValue = 6, maxDepth = defaultMaxDepth) {
    this.bytes = bytes;
    this.#maxDepth = maxDepth;
    this.#tokenIndex = new Int32Array(
      wordsPerValue * (64 + Math.ceil(bytes.length / typicalBytesPerValue)),
    );
    this.#maxWords = wordsPerValue * (64 + Math.ceil(bytes.length / bytesAValue));
  }

  /** Reads the one value between two offsets. Returns `none` when it is not JSON, or cannot be left in its bytes. */
  read(from: number, to: number): number {
    const used = this.#used;
    const value = this.readNext(from, to);
    if (value === none || this.#space() === none) return value;
    this.#used = used;
    return none;
  }

  /** Reads the value that begins at an offset and ends before another one, whatever comes after it. */
  readNext(from: number, before: number): number {
    const used = this.#used;
    this.#at = from;
    this.#end = before;
    const value = this.#value(0, 0, 0, 0);
    if (value === none) this.#used = used;
    return value;
  }

  start(value: number): number {
    return this.#tokenIndex[value + startWord]!;
  }

  end(value: number): number {
    return this.#tokenIndex[value + endWord]!;
  }

  /** Where the key of a member starts, without its quotes. */
  keyStart(value: number): number {
    return this.#tokenIndex[value + keyStartWord]!;
  }

  keyEnd(value: number): number {
    return this.#tokenIndex[value + keyEndWord]!;
  }

  /** The first member in canonical order, or the first element. */
  first(value: number): number {
    return this.#tokenIndex[value + firstWord]!;
  }

  /** The member or element after this one. */
  next(value: number): number {
    return this.#tokenIndex[value + nextWord]!;
  }

  isString(value: number): boolean {
    return this.#firstByte(value) === quote;
  }

  isObject(value: number): boolean {
    return this.#firstByte(value) === openBrace;
  }

  isArray(value: number): boolean {
    return this.#firstByte(value) === openBracket;
  }

  isNumber(value: number): boolean {
    return isNumberByte(this.#firstByte(value));
  }

  /** Whether a string has escapes, so that its bytes are not its text. */
  isEscaped(value: number): boolean {
    return (this.#tokenIndex[value + flagsWord]! & escaped) !== 0;
  }

  /** Whether the bytes of a value are its canonical text. */
  isCanonical(value: number): boolean {
    return (this.#tokenIndex[value + flagsWord]! & canonical) !== 0;
  }

  /** The member of an object with this name. */
  member(object: number, name: Uint8Array): number {
    const { bytes } = this;
    let member = this.first(object);
    for (; member !== none; member = this.next(member)) {
      const start = this.keyStart(member);
      if (this.keyEnd(member) - start !== name.length) continue;
      let same = 0;
      while (same < name.length && bytes[start + same] === name[same]) same += 1;
      if (same === name.length) break;
    }
    return member;
  }

  numberOf(value: number): number {
    return Number(this.bytes.toString('latin1', this.start(value), this.end(value)));
  }

  /** The text of a string, without quotes and escapes. */
  textOf(value: number): string {
    const [start, end] = [this.start(value), this.end(value)];
    if (this.isEscaped(value)) return JSON.parse(this.bytes.toString('utf8', start, end)) as string;
    return this.bytes.toString('utf8', start + 1, end - 1);
  }

  #firstByte(value: number): number {
    return this.bytes[this.#tokenIndex[value]!]!;
  }

  #add(keyStart: number, keyEnd: number, flags: number): number {
    const value = this.#used;
    this.#used += wordsPerValue;
    if (this.#used > this.#tokenIndex.length && !this.#grow()) return none;
    const index = this.#tokenIndex;
    index[value + keyStartWord] = keyStart;
    index[value + keyEndWord] = keyEnd;
    index[value + flagsWord] = flags;
    index[value + firstWord] = none;
    index[value + nextWord] = none;
    return value;
  }

  #grow(): boolean {
    const words = Math.min(this.#tokenIndex.length * 2, this.#maxWords);
    if (this.#used > words) return false;
    const index = new Int32Array(words);
    index.set(this.#tokenIndex);
    this.#tokenIndex = index;
    return true;
  }

  /** Skips white space. Returns the byte there, or `none` at the end. */
  #space(): number {
    const { bytes } = this;
    for (; this.#at < this.#end; this.#at += 1) {
      const byte = bytes[this.#at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#disorder += 1;
    }
    return none;
  }

  #value(keyStart: number, keyEnd: number, keyFlags: number, depth: number): number {
    const byte = this.#space();
    const value = this.#add(keyStart, keyEnd, keyFlags);
    if (value === none) return none;
    const start = this.#at;
    const disorder = this.#disorder;
    let good: boolean;
    if (byte === quote) {
      const flags = this.#string();
      good = flags !== none;
      if ((flags & backslashes) !== 0) this.#tokenIndex[value + flagsWord]! |= escaped;
      if ((flags & respelled) !== 0) this.#disorder += 1;
    } else if (byte === openBrace) good = depth < this.#maxDepth && this.#object(value, depth + 1);
    else if (byte === openBracket) good = depth < this.#maxDepth && this.#array(value, depth + 1);
    else if (byte === 0x74) good = this.#literal('true');
    else if (byte === 0x66) good = this.#literal('false');
    else if (byte === 0x6e) good = this.#literal('null');
    else good = byte !== none && this.#number();
    if (!good) return none;
    const index = this.#tokenIndex;
    index[value + startWord] = start;
    index[value + endWord] = this.#at;
    if (this.#disorder === disorder) index[value + flagsWord]! |= canonical;
    return value;
  }

  #object(object: number, depth: number): boolean {
    this.#at += 1;
    let byte = this.#space();
    if (byte === closeBrace) return this.#skipByte();
    let last = none;
    for (let members = 1; ; members += 1) {
      if (byte !== quote) return false;
      const keyStart = this.#at + 1;
      const flags = this.#string();
      if (flags === none || (flags & respelled) !== 0) return false;
      const keyEnd = this.#at - 1;
      if (this.#space() !== colon) return false;
      this.#at += 1;
      const member = this.#value(keyStart, keyEnd, flags === 0 ? 0 : oddKey, depth);
      if (member === none) return false;
      const order = last === none ? 1 : this.#compareKeys(member, last);
      if (order > 0) {
        this.#tokenIndex[last === none ? object + firstWord : last + nextWord] = member;
        last = member;
      } else if (order === 0 || members > mostUnsorted || !this.#link(object, member)) return false;
      byte = this.#space();
      if (byte === closeBrace) return this.#skipByte();
      if (byte !== comma) return false;
      this.#at += 1;
      byte = this.#space();
    }
  }

  /**
   * Puts a member where its key sorts, which is not the end. Returns false when the key is there already. The search
   * starts at the first member: quick for the few members that objects have. `mostUnsorted` limits it, so that an object
   * with a million members cannot slow it down.
   */
  #link(object: number, member: number): boolean {
    const index = this.#tokenIndex;
    let before = object + firstWord;
    for (;;) {
      const other = index[before]!;
      const order = this.#compareKeys(member, other);
      if (order === 0) return false;
      if (order < 0) {
        this.#disorder += 1;
        index[before] = member;
        index[member + nextWord] = other;
        return true;
      }
      before = other + nextWord;
    }
  }

  #array(array: number, depth: number): boolean {
    this.#at += 1;
    if (this.#space() === closeBracket) return this.#skipByte();
    for (let last = none; ; ) {
      const element = this.#value(0, 0, 0, depth);
      if (element === none) return false;
      this.#tokenIndex[last === none ? array + firstWord : last + nextWord] = element;
      last = element;
      const byte = this.#space();
      if (byte === closeBracket) return this.#skipByte();
      if (byte !== comma) return false;
      this.#at += 1;
    }
  }

  #skipByte(): true {
    this.#at += 1;
    return true;
  }

  /** By UTF-16 code units, which for ASCII is by bytes. */
  #compareKeys(one: number, other: number): number {
    const index = this.#tokenIndex;
    const { bytes } = this;
    if (((index[one + flagsWord]! | index[other + flagsWord]!) & oddKey) !== 0) {
      const [a, b] = [this.#keyOf(one), this.#keyOf(other)];
      return a === b ? 0 : a < b ? -1 : 1;
    }
    const [endA, endB] = [index[one + keyEndWord]!, index[other + keyEndWord]!];
    let a = index[one + keyStartWord]!;
    for (let b = index[other + keyStartWord]!; a < endA && b < endB; a += 1, b += 1) {
      const order = bytes[a]! - bytes[b]!;
      if (order !== 0) return order;
    }
    return endA - index[one + keyStartWord]! - (endB - index[other + keyStartWord]!);
  }

  #keyOf(value: number): string {
    const literal = this.bytes.toString('utf8', this.keyStart(value) - 1, this.keyEnd(value) + 1);
    return JSON.parse(literal) as string;
  }

  /** Skips a string. Returns `none` when it is not one, otherwise `backslashes`, `beyondAscii` and `respelled`. */
  #string(): number {
    const { bytes } = this;
    const end = this.#end;
    let flags = 0;
    for (let at = this.#at + 1; at < end; at += 1) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.#at = at + 1;
        return flags;
      }
      if (byte === backslash) {
        let length = canonicalEscapeLength(bytes, at);
        if (length === 0) {
          length = escapeLength(bytes, at);
          if (length === 0) return none;
          flags |= respelled;
        }
        flags |= backslashes;
        at += length - 1;
      } else if (byte >= 0x80) flags |= beyondAscii;
      else if (byte < 0x20) return none;
    }
    return none;
  }

  #literal(literal: string): boolean {
    const start = this.#at;
    for (let at = 0; at < literal.length; at += 1) {
      if (this.bytes[start + at] !== literal.charCodeAt(at)) return false;
    }
    this.#at = start + literal.length;
    return this.#at <= this.#end;
  }

  #number(): boolean {
    const start = this.#at;
    this.#at = endOfNumber(this.bytes, start, this.#end);
    const spelling = numberSpelling(this.bytes, start, this.#at);
    if (spelling === 'other') this.#disorder += 1;
    return spelling !== undefined;
  }
}

/** Flags that `#string` returns. */
const backslashes = 1;
const beyondAscii = 2;
/** An escape is not the one that canonical JSON has. */
const respelled = 4;
