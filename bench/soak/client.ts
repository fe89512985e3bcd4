import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/core/errors.ts';
import type { Histogram } from './histogram.ts';
import { Violation } from './problems.ts';
import type { SoakServer } from './server.ts';

/** The longest time to a response under any load, in milliseconds. */
const patience = 60_000;
/** After a broken connection, the time until the end of the process is noticed. */
const graceMillis = 200;

/** The server was killed during the request: it is not known what it did. */
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

/** Sends requests to a server that is killed now and then. */
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

  /** Sends it again after each kill, until there is a response. Rejects with `Violation` when that is an error. */
  async getText(path: string, key: string, waits?: Histogram): Promise<Answer<string>> {
    for (;;) {
      try {
        return await this.#ask({ method: 'GET', path, key }, waits);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    }
  }

  /** Sends it once. Rejects with `Interrupted` when the server was killed meanwhile. */
  async post<T>(path: string, key: string, content: object, waits: Histogram): Promise<T> {
    const body = JSON.stringify(content);
    return readJson<T>((await this.#ask({ method: 'POST', path, key, body }, waits)).body, path);
  }

  /** A 429 is sent again when the server says. */
  async #ask(request: Request, waits: Histogram | undefined): Promise<Answer<string>> {
    const { method, path } = request;
    for (;;) {
      const { status, body, headers, millis } = await this.#askOnce(request);
      if (status === 429) {
        await sleep(Number(headers.get('retry-after')) * 1_000);
        continue;
      }
      if (status >= 400) throw new Violation(`${method} ${path}: ${status} ${body}`);
      waits?.add(millis);
      return { body, headers };
    }
  }

  async #askOnce({ method, path, key, body }: Request): Promise<RawAnswer> {
    await this.#server.up();
    const { life, url } = this.#server;
    const sentAt = performance.now();
    try {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(patience),
      });
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, body: text, millis: performance.now() - sentAt };
    } catch (error) {
      await sleep(graceMillis);
      if (life !== this.#server.life) throw new Interrupted();
      const { cause } = error as Error;
      throw new Violation(`${method} ${path}: no answer (${messageOf(cause ?? error)})`);
    }
  }
}

function readJson<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Violation(`${path}: an answer that is no JSON, of ${text.length} characters`);
  }
}
