import { copyText } from '../copy-text.ts';
import { AnnalsError } from '../errors.ts';
import { decodeUtf8Chunks } from '../utf8.ts';
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

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

export interface JsonArrayOptions {
  /** Keys under which the outermost object may have the array. An array without an object around it needs none. */
  readonly arrayKeys: readonly string[];
  /** Longest object, and longest envelope around the array, in characters. */
  readonly maxItem?: number;
}

/**
 * Cuts the objects of one array out of a JSON text while it arrives. Each object keeps its text: numbers, escapes,
 * order of keys and unknown fields. Only white space between tokens is dropped, so that each object is one line. It needs
 * memory for one object and one chunk, however long the text is.
 *
 * The text is either the array itself, or an object that has the array under one of `arrayKeys`; the other members of
 * that object are kept as the envelope. Brackets, quotes and commas must be right. Whether an object is valid inside is
 * left to the code that parses it.
 */
export class JsonArrayReader {
  readonly #arrays: readonly string[];
  readonly #maxItem: number;
  #phase: 'start' | 'envelope' | 'items' | 'item' | 'done' = 'start';
  #inString = false;
  #escaped = false;
  /** Nesting of the envelope. */
  #depth = 0;
  /** Text of the object so far. */
  #item = '';
  #itemDepth = 0;
  #envelope = '';
  /** The last string at depth 1 of the envelope, and whether its value comes next. */
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

  /** Takes a chunk of the text. Adds the objects that it completes to `items`, one by one, and returns them. */
  push(chunk: string, items: string[] = []): string[] {
    let at = 0;
    while (at < chunk.length) {
      if (this.#phase === 'item') at = this.#insideItem(chunk, at, items);
      else if (this.#phase === 'envelope') at = this.#insideEnvelope(chunk, at);
      else at = this.#between(chunk, at);
    }
    this.#position += chunk.length;
    return items;
  }

  /**
   * Ends the text. Returns the envelope, or `undefined` when the text was the array itself. Throws `incomplete` when the
   * text is cut off, `corrupt` when the envelope is not JSON.
   */
  end(): Record<string, unknown> | undefined {
    if (this.#phase !== 'done') {
      throw new AnnalsError(
        'incomplete',
        `Cannot read the JSON: it is cut off after ${this.#position} characters`,
      );
    }
    if (this.#envelope === '') return undefined;
    try {
      return JSON.parse(this.#envelope) as Record<string, unknown>;
    } catch (cause) {
      throw new AnnalsError('corrupt', 'Cannot read the JSON around the list: it is not valid', {
        cause,
      });
    }
  }

  /** Before the first token, between two objects, or after the end. */
  #between(chunk: string, start: number): number {
    let at = start;
    while (at < chunk.length && isSpace(chunk.charCodeAt(at))) at += 1;
    if (at === chunk.length) return at;
    const code = chunk.charCodeAt(at);
    if (this.#phase === 'start') {
      if (code === openBracket) this.#phase = 'items';
      else if (code === openBrace) this.#phase = 'envelope';
      else throw this.#unexpected(chunk, at, 'an object or a list');
      return this.#phase === 'items' ? at + 1 : at;
    }
    if (this.#phase === 'done') throw this.#unexpected(chunk, at, 'the end');
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
      throw this.#unexpected(chunk, at, this.#needsComma ? 'a comma or ]' : 'an object');
    }
    this.#afterComma = false;
    this.#needsComma = true;
    this.#phase = 'item';
    this.#itemDepth = 0;
    return at;
  }

  #insideItem(chunk: string, start: number, items: string[]): number {
    let at = start;
    let kept = start;
    let depth = this.#itemDepth;
    const length = chunk.length;
    while (at < length) {
      if (this.#inString) {
        at = this.#passString(chunk, at);
        continue;
      }
      const code = chunk.charCodeAt(at);
      if (code === quote) {
        this.#inString = true;
      } else if (code === openBrace || code === openBracket) {
        depth += 1;
      } else if (code === closeBrace || code === closeBracket) {
        depth -= 1;
        if (depth === 0) {
          const rest = chunk.slice(kept, at + 1);
          items.push(this.#item === '' ? rest : this.#item + rest);
          this.#item = '';
          this.#phase = 'items';
          this.#itemDepth = 0;
          return at + 1;
        }
      } else if (code <= 0x20 && isSpace(code)) {
        this.#item += chunk.slice(kept, at);
        while (at < length && isSpace(chunk.charCodeAt(at))) at += 1;
        kept = at;
        continue;
      }
      at += 1;
    }
    const item = this.#item + chunk.slice(kept);
    // The start of an object waits for the next chunk. As a slice it would keep this whole chunk in memory.
    this.#item = item.length * 2 < chunk.length ? copyText(item) : item;
    this.#itemDepth = depth;
    this.#limit(this.#item.length, 'an object');
    return at;
  }

  /** Returns the index after the closing quote, or the end of the chunk. */
  #passString(chunk: string, start: number): number {
    let at = start;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    for (;;) {
      const end = chunk.indexOf('"', at);
      const stop = end < 0 ? chunk.length : end;
      let slashes = 0;
      while (stop - slashes > at && chunk.charCodeAt(stop - 1 - slashes) === backslash) {
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

  #insideEnvelope(chunk: string, start: number): number {
    let at = start;
    while (at < chunk.length) {
      const before = at;
      if (this.#inString) {
        at = this.#passString(chunk, at);
        this.#envelope += chunk.slice(before, at);
        if (!this.#inString && this.#depth === 1 && !this.#valueNext) this.#readKey();
        continue;
      }
      const code = chunk.charCodeAt(at);
      this.#envelope += chunk[at];
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
    this.#limit(this.#envelope.length, 'the part around the list');
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
      throw new AnnalsError('corrupt', `Cannot read the JSON key ${literal}: it is not valid`, {
        cause,
      });
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

  #unexpected(chunk: string, at: number, expected: string): AnnalsError {
    return new AnnalsError(
      'corrupt',
      `Cannot read the JSON: expected ${expected} at character ${this.#position + at}, found ${JSON.stringify(chunk.slice(at, at + 20))}`,
    );
  }
}

/**
 * Reads a JSON text from bytes as they arrive, in batches of whole objects. The generator's return value is the
 * envelope. Throws `corrupt` on bytes that are not UTF-8, and as `JsonArrayReader` does.
 */
export async function* readJsonArray(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonArrayOptions,
): AsyncGenerator<string[], Record<string, unknown> | undefined> {
  const reader = new JsonArrayReader(options);
  for await (const chunk of decodeUtf8Chunks(chunks)) {
    const items: string[] = [];
    try {
      reader.push(chunk, items);
    } finally {
      // The objects before an error are whole.
      if (items.length > 0) yield items;
    }
  }
  return reader.end();
}
