import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/core/errors.ts';
import type { Histogram } from './histogram.ts';
import { Wrong } from './problems.ts';
import type { SoakServer } from './server.ts';

/** An answer takes at most this long, however much is to do; in milliseconds. */
const patience = 60_000;
/** After a broken connection it takes a moment until the end of the process is known. */
const graceMillis = 200;

/** The server was killed while it was asked: what it did is not known. */
export class Interrupted extends Error {}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body?: string;
}

interface RawAnswer extends Answer<string> {
  readonly status: number;
  readonly millis: number;
}

/** Asks the server as it should be asked while it is killed now and then. */
export class SoakClient {
  readonly #server: SoakServer;

  constructor(server: SoakServer) {
    this.#server = server;
  }

  /** Reads JSON, as `getText` does. */
  async get<T>(path: string, key: string, waits?: Histogram): Promise<Answer<T>> {
    const { body, headers } = await this.getText(path, key, waits);
    return { body: readJson<T>(body, path), headers };
  }

  /** Asks again after each kill, until there is an answer. Rejects with `Wrong` when it is not a good one. */
  async getText(path: string, key: string, waits?: Histogram): Promise<Answer<string>> {
    for (;;) {
      try {
        return await this.#ask({ method: 'GET', path, key }, waits);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    }
  }

  /** Asks once. Rejects with `Interrupted` when the server was killed meanwhile. */
  async post<T>(path: string, key: string, content: object, waits: Histogram): Promise<T> {
    const body = JSON.stringify(content);
    return readJson<T>((await this.#ask({ method: 'POST', path, key, body }, waits)).body, path);
  }

  /** What is refused because too much is waiting is asked again when the server says. */
  async #ask(request: Request, waits: Histogram | undefined): Promise<Answer<string>> {
    const { method, path } = request;
    for (;;) {
      const { status, body, headers, millis } = await this.#askOnce(request);
      if (status === 429) {
        await sleep(Number(headers.get('retry-after')) * 1_000);
        continue;
      }
      if (status >= 400) throw new Wrong(`${method} ${path}: ${status} ${body}`);
      waits?.add(millis);
      return { body, headers };
    }
  }

  async #askOnce({ method, path, key, body }: Request): Promise<RawAnswer> {
    await this.#server.up();
    const { life, url } = this.#server;
    const asked = performance.now();
    try {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(patience),
      });
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, body: text, millis: performance.now() - asked };
    } catch (error) {
      await sleep(graceMillis);
      if (life !== this.#server.life) throw new Interrupted();
      const { cause } = error as Error;
      throw new Wrong(`${method} ${path}: no answer (${messageOf(cause ?? error)})`);
    }
  }
}

function readJson<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Wrong(`${path}: an answer that is no JSON, of ${text.length} characters`);
  }
}
