import type { Json, JsonObject } from '../core/json/parse-json.ts';

/**
 * How deep a value may be nested. The log reads a request to 32 levels. Six of them are for the request, the event and
 * `details.adjusted`, where `fit-draft.ts` puts a value that its field cannot hold.
 */
const maxDepth = 24;

/** Thrown to stop at a value that is too large. */
const tooLarge = Symbol('too large');

/**
 * Copies any value into plain JSON that reads back as it was written. Never throws.
 *
 * - What `JSON.stringify` leaves out is left out (undefined, functions, symbols; inside an array it becomes null).
 * - Bigints and numbers that are not finite become text. Halves of surrogate pairs become U+FFFD.
 * - A Map becomes an object, a Set an array, bytes become base64, an Error becomes its name, message and code (its other
 *   properties often hold request headers).
 * - A cycle becomes `[circular]`, a value nested too deep `[too deep]`, a value that throws when read `[unreadable]`.
 *
 * The work is bounded: the result is `too large` as soon as the JSON is certain to be longer than `maxChars`.
 */
export function copyAsJson(
  value: unknown,
  maxChars: number,
): { json: Json | undefined } | 'too large' {
  try {
    return { json: new Copier(maxChars).copy(value) };
  } catch (thrown) {
    if (thrown === tooLarge) return 'too large';
    throw thrown;
  }
}

class Copier {
  #charsLeft: number;
  /** The objects being copied, outermost first. One that comes again is a cycle. */
  readonly #open: object[] = [];

  constructor(maxChars: number) {
    this.#charsLeft = maxChars;
  }

  copy(value: unknown): Json | undefined {
    try {
      return this.#copy(value);
    } catch (thrown) {
      if (thrown === tooLarge) throw thrown;
      return '[unreadable]';
    }
  }

  #copy(value: unknown): Json | undefined {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        this.#spend(1);
        return Number.isFinite(value) ? value : String(value);
      case 'bigint':
        return this.#text(String(value));
      case 'boolean':
        this.#spend(4);
        return value;
      case 'object':
        if (value !== null) return this.#nested(value);
        this.#spend(4);
        return null;
      default:
        return undefined;
    }
  }

  #nested(value: object): Json | undefined {
    if (this.#open.includes(value)) return this.#text('[circular]');
    if (this.#open.length >= maxDepth) return this.#text('[too deep]');
    const depth = this.#open.push(value);
    try {
      return this.#object(value);
    } finally {
      this.#open.length = depth - 1;
    }
  }

  #object(value: object): Json | undefined {
    this.#spend(2);
    if (Array.isArray(value)) return this.#array(value);
    if (value instanceof Set) return this.#array(value);
    if (value instanceof Map) return this.#members(value);
    if (ArrayBuffer.isView(value)) return this.#bytes(value);
    if (value instanceof Error) return this.#error(value);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const replaced: unknown = toJSON.call(value);
      return isObject(replaced) ? this.#properties(replaced) : this.copy(replaced);
    }
    return this.#properties(value);
  }

  #array(values: Iterable<unknown>): Json[] {
    const copies: Json[] = [];
    for (const value of values) {
      this.#spend(1);
      copies.push(this.copy(value) ?? null);
    }
    return copies;
  }

  #members(entries: Iterable<readonly [unknown, unknown]>): JsonObject {
    const copies: [string, Json][] = [];
    for (const [key, value] of entries) {
      const copy = this.copy(value);
      if (copy !== undefined) copies.push([this.#text(String(key)), copy]);
    }
    return Object.fromEntries(copies);
  }

  /** One at a time, so that a property that throws costs only itself, and a huge object is left early. */
  #properties(object: object): JsonObject {
    const copies: JsonObject = {};
    for (const key of Object.keys(object)) {
      const copy = this.copy(readProperty(object, key));
      if (copy === undefined) continue;
      const name = this.#text(key);
      if (name === '__proto__') Object.defineProperty(copies, name, { ...plain, value: copy });
      else copies[name] = copy;
    }
    return copies;
  }

  #error(error: Error): JsonObject {
    const { name, message, code } = error as Error & { code?: unknown };
    return this.#members(Object.entries({ name, message, code }));
  }

  #bytes(view: ArrayBufferView): string {
    this.#spend(view.byteLength);
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
  }

  #text(text: string): string {
    this.#spend(text.length + 2);
    return text.toWellFormed();
  }

  #spend(chars: number): void {
    this.#charsLeft -= chars;
    if (this.#charsLeft < 0) throw tooLarge;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const plain = { enumerable: true, configurable: true, writable: true };

export function readProperty(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}
