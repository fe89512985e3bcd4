import { copyText } from '../copy-text.ts';
import { AnnalsError } from '../errors.ts';
import { decodeUtf8Chunks } from '../utf8.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

export interface JsonArrayOptions {
  /** Keys under which the outermost object may hold the array. Without an object around it none is needed. */
  readonly arrayKeys: readonly string[];
  /** Longest object taken, in characters; and longest envelope around the array. */
  readonly maxItem?: number;
}

/**
 * Cuts the objects of one array out of a JSON text while it arrives, as they stand: numbers, escapes, order of keys and
 * unknown fields come out as they came in, and only white space between tokens is dropped, so that each is one line.
 * Memory is one object and one piece of text, however long the whole is.
 *
 * The text is either the array itself, or an object that has it under one of `arrays`; what else that object says is
 * kept as the envelope. Brackets, quotes and commas must be right; whether each object is valid inside is left to
 * whoever parses it.
 */
export class JsonArrayReader {
  readonly #arrays: readonly string[];
  readonly #maxItem: number;
  #phase: 'start' | 'envelope' | 'items' | 'item' | 'done' = 'start';
  #inString = false;
  #escaped = false;
  /** Nesting of the envelope. */
  #depth = 0;
  /** Text of the object, or of the envelope, as far as it was seen. */
  #item = '';
  #itemDepth = 0;
  #envelope = '';
  /** The string last read at depth 1 of the envelope, and whether its value comes next. */
  #key = '';
  #keyStart = -1;
  #valueNext = false;
  #found = false;
  #needsComma = false;
  #afterComma = false;
  #position = 0;

  constructor({ arrayKeys, maxItem = 16 * 1024 * 1024 }: JsonArrayOptions) {
    this.#arrays = arrayKeys;
    this.#maxItem = maxItem;
  }

  /** Takes a piece of the text and gives the objects that are complete with it, added to `items` one by one. */
  push(piece: string, items: string[] = []): string[] {
    let at = 0;
    while (at < piece.length) {
      if (this.#phase === 'item') at = this.#insideItem(piece, at, items);
      else if (this.#phase === 'envelope') at = this.#insideEnvelope(piece, at);
      else at = this.#between(piece, at);
    }
    this.#position += piece.length;
    return items;
  }

  /**
   * Ends the text and gives the envelope, `undefined` when the text was the array itself. Throws `incomplete` when the
   * text ended before its end, `corrupt` when the envelope is no JSON.
   */
  end(): Record<string, unknown> | undefined {
    if (this.#phase !== 'done') {
      throw new AnnalsError(
        'incomplete',
        `Cannot read the JSON: it ends in the middle, after ${this.#position} characters`,
      );
    }
    if (this.#envelope === '') return undefined;
    try {
      return JSON.parse(this.#envelope) as Record<string, unknown>;
    } catch (cause) {
      throw new AnnalsError('corrupt', 'Cannot read the JSON around the list', { cause });
    }
  }

  /** Before the first token, between two objects, or behind the end. */
  #between(piece: string, start: number): number {
    let at = start;
    while (at < piece.length && isSpace(piece.charCodeAt(at))) at += 1;
    if (at === piece.length) return at;
    const code = piece.charCodeAt(at);
    if (this.#phase === 'start') {
      if (code === openBracket) this.#phase = 'items';
      else if (code === openBrace) this.#phase = 'envelope';
      else throw this.#unexpected(piece, at, 'an object or a list');
      return this.#phase === 'items' ? at + 1 : at;
    }
    if (this.#phase === 'done') throw this.#unexpected(piece, at, 'the end');
    if (code === closeBracket && !this.#afterComma) {
      this.#needsComma = false;
      this.#phase = this.#depth === 0 ? 'done' : 'envelope';
      if (this.#phase === 'envelope') this.#envelope += ']';
      return at + 1;
    }
    if (code === comma && this.#needsComma) {
      this.#needsComma = false;
      this.#afterComma = true;
      return at + 1;
    }
    if (code !== openBrace || this.#needsComma) {
      throw this.#unexpected(piece, at, this.#needsComma ? 'a comma or ]' : 'an object');
    }
    this.#afterComma = false;
    this.#needsComma = true;
    this.#phase = 'item';
    this.#itemDepth = 0;
    return at;
  }

  #insideItem(piece: string, start: number, items: string[]): number {
    let at = start;
    let kept = start;
    let depth = this.#itemDepth;
    const length = piece.length;
    while (at < length) {
      if (this.#inString) {
        at = this.#passString(piece, at);
        continue;
      }
      const code = piece.charCodeAt(at);
      if (code === quote) {
        this.#inString = true;
      } else if (code === openBrace || code === openBracket) {
        depth += 1;
      } else if (code === closeBrace || code === closeBracket) {
        depth -= 1;
        if (depth === 0) {
          const rest = piece.slice(kept, at + 1);
          items.push(this.#item === '' ? rest : this.#item + rest);
          this.#item = '';
          this.#phase = 'items';
          this.#itemDepth = 0;
          return at + 1;
        }
      } else if (code <= 0x20 && isSpace(code)) {
        this.#item += piece.slice(kept, at);
        while (at < length && isSpace(piece.charCodeAt(at))) at += 1;
        kept = at;
        continue;
      }
      at += 1;
    }
    const item = this.#item + piece.slice(kept);
    // What is begun waits for the next piece, and keeps this one with it.
    this.#item = item.length * 2 < piece.length ? copyText(item) : item;
    this.#itemDepth = depth;
    this.#limit(this.#item.length, 'an object');
    return at;
  }

  /** Goes to the place after the closing quote, or to the end of the piece. */
  #passString(piece: string, start: number): number {
    let at = start;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    for (;;) {
      const end = piece.indexOf('"', at);
      const stop = end < 0 ? piece.length : end;
      let slashes = 0;
      while (stop - slashes > at && piece.charCodeAt(stop - 1 - slashes) === backslash) {
        slashes += 1;
      }
      const open = slashes % 2 === 1;
      if (end < 0) {
        this.#escaped = open;
        return stop;
      }
      at = end + 1;
      if (!open) {
        this.#inString = false;
        return at;
      }
    }
  }

  #insideEnvelope(piece: string, start: number): number {
    let at = start;
    while (at < piece.length) {
      const before = at;
      if (this.#inString) {
        at = this.#passString(piece, at);
        this.#envelope += piece.slice(before, at);
        if (!this.#inString && this.#depth === 1 && !this.#valueNext) this.#readKey();
        continue;
      }
      const code = piece.charCodeAt(at);
      this.#envelope += piece[at];
      at += 1;
      if (code === quote) {
        this.#inString = true;
        this.#keyStart = this.#envelope.length - 1;
      } else if (code === colon && this.#depth === 1) {
        this.#valueNext = true;
      } else if (code === openBracket && this.#valueNext && this.#isArray()) {
        this.#valueNext = false;
        this.#found = true;
        this.#phase = 'items';
        return at;
      } else if (code === openBrace || code === openBracket) {
        this.#depth += 1;
      } else if (code === closeBrace || code === closeBracket) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#phase = 'done';
          return at;
        }
      } else if (code === comma && this.#depth === 1) {
        this.#valueNext = false;
      }
    }
    this.#limit(this.#envelope.length, 'what stands around the list');
    return at;
  }

  #isArray(): boolean {
    return this.#depth === 1 && !this.#found && this.#arrays.includes(this.#key);
  }

  #readKey(): void {
    const literal = this.#envelope.slice(this.#keyStart);
    try {
      this.#key = JSON.parse(literal) as string;
    } catch (cause) {
      throw new AnnalsError('corrupt', `Cannot read the JSON key ${literal}`, { cause });
    }
  }

  #limit(length: number, what: string): void {
    if (length > this.#maxItem) {
      throw new AnnalsError(
        'too-large',
        `Cannot read the JSON: ${what} has more than ${this.#maxItem} characters`,
      );
    }
  }

  #unexpected(piece: string, at: number, expected: string): AnnalsError {
    return new AnnalsError(
      'corrupt',
      `Cannot read the JSON: ${JSON.stringify(piece.slice(at, at + 20))} stands at character ${this.#position + at}, not ${expected}`,
    );
  }
}

/**
 * Reads a JSON text from bytes as they arrive, in batches of whole objects. The generator's return value is the
 * envelope. Throws `corrupt` on bytes that are not UTF-8, and as `JsonSlicer` does.
 */
export async function* readJsonArray(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonArrayOptions,
): AsyncGenerator<string[], Record<string, unknown> | undefined> {
  const slicer = new JsonArrayReader(options);
  for await (const piece of decodeUtf8Chunks(chunks)) {
    const items: string[] = [];
    try {
      slicer.push(piece, items);
    } finally {
      // What stands before a place that cannot be read is as good as ever.
      if (items.length > 0) yield items;
    }
  }
  return slicer.end();
}
