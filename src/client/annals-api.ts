import type { z } from 'zod';
import { AnnalsError, type Issue } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import { readJson } from './read-json.ts';
import { type ClientRequest, type ClientResponse, readText, type Send } from './request.ts';
import { readErrorResponse, toAnnalsError } from './status.ts';

/** An Annals server, and with whose key it is called. */
export interface AnnalsEndpoint {
  /** Base URL, without a slash at the end. */
  readonly api: string;
  readonly token: string;
  /** Identity or slug; absent, the key's own organisation. */
  readonly organisation: string | undefined;
}

/** A request to an Annals server: `path` begins with a slash and may have a query. */
export function annalsRequest(
  { api, token, organisation }: AnnalsEndpoint,
  path: string,
  {
    method = 'GET',
    accept = 'application/json',
    content,
  }: {
    readonly method?: NonNullable<ClientRequest['method']>;
    readonly accept?: string;
    readonly content?: { readonly text: string; readonly type: string };
  } = {},
): ClientRequest {
  return {
    url: new URL(`${api}${path}`),
    method,
    headers: {
      accept,
      authorization: `Bearer ${token}`,
      ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
      ...(content !== undefined && { 'content-type': content.type }),
    },
    ...(content !== undefined && { body: content.text }),
  };
}

export interface AnnalsApiDependencies {
  readonly send: Send;
  readonly clock: Clock;
  /** Aborted when the response is not needed any more. */
  readonly signal: AbortSignal;
}

/** More than the longest page of a list: 1,000 events of 64 KiB. */
const maxResponseBytes = 96 * 1024 * 1024;

/**
 * The native API as commands use it: JSON in, JSON out, each request once. Each response must fit a schema, so that what
 * another program sent is not taken for success. Rejects with an `AnnalsError` that has the server's own message; with
 * `unavailable` when the server cannot be reached or its response is cut off; with `corrupt` when the response does not
 * fit, or is a redirect.
 */
/** Parameters by name; one with several values is repeated. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

export class AnnalsApi {
  readonly #endpoint: AnnalsEndpoint;
  readonly #dependencies: AnnalsApiDependencies;

  constructor(endpoint: AnnalsEndpoint, dependencies: AnnalsApiDependencies) {
    this.#endpoint = endpoint;
    this.#dependencies = dependencies;
  }

  get<T>(schema: z.ZodType<T>, path: string, query: Query = {}): Promise<T> {
    const pairs = Object.entries(query).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value]),
    );
    const search = new URLSearchParams(pairs).toString();
    const target = search === '' ? path : `${path}?${search}`;
    return this.#json(schema, annalsRequest(this.#endpoint, target));
  }

  /** The items of all pages of a list. */
  async getAll<T>(
    schema: z.ZodType<{ items: T[]; nextCursor?: string }>,
    path: string,
    query: Query = {},
  ): Promise<T[]> {
    const all: T[] = [];
    for (let cursor: string | undefined; ; ) {
      const parameters = cursor === undefined ? query : { ...query, cursor };
      const { items, nextCursor } = await this.get(schema, path, parameters);
      all.push(...items);
      if (nextCursor === undefined) return all;
      if (nextCursor === cursor) {
        throw new AnnalsError('corrupt', `${path} answered with a page whose next page is itself`);
      }
      cursor = nextCursor;
    }
  }

  post<T>(schema: z.ZodType<T>, path: string, body: unknown): Promise<T> {
    return this.postText(schema, path, JSON.stringify(body), 'application/json');
  }

  postText<T>(schema: z.ZodType<T>, path: string, text: string, type: string): Promise<T> {
    const content = { text, type };
    return this.#json(schema, annalsRequest(this.#endpoint, path, { method: 'POST', content }));
  }

  patch<T>(schema: z.ZodType<T>, path: string, body: unknown): Promise<T> {
    const content = { text: JSON.stringify(body), type: 'application/json' };
    return this.#json(schema, annalsRequest(this.#endpoint, path, { method: 'PATCH', content }));
  }

  delete<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return this.#json(schema, annalsRequest(this.#endpoint, path, { method: 'DELETE' }));
  }

  async #json<T>(schema: z.ZodType<T>, request: ClientRequest): Promise<T> {
    const { send, clock, signal } = this.#dependencies;
    const response = await send(request, signal);
    if (response.status < 200 || response.status > 299) {
      throw await apiError(response, request, clock);
    }
    const text = await readWhole(response);
    return readJson(text, schema, request);
  }
}

/** By hand: an export uses this file, and has no memory to spare for a schema library. */
function isIssue(value: unknown): value is Issue {
  if (typeof value !== 'object' || value === null) return false;
  const { index, field, message } = value as Record<string, unknown>;
  const hasPlace = index === undefined || typeof index === 'number';
  return hasPlace && typeof field === 'string' && typeof message === 'string';
}

async function readWhole(response: ClientResponse): Promise<string> {
  try {
    return await readText(response, maxResponseBytes);
  } catch (cause) {
    if (!(cause instanceof AnnalsError) || cause.code !== 'incomplete') throw cause;
    // `incomplete` is for exports, which can be resumed.
    throw new AnnalsError('unavailable', cause.message, { cause });
  }
}

/** With the server's own message and issues; another program that answered in its place is named. */
async function apiError(
  response: ClientResponse,
  request: ClientRequest,
  clock: Clock,
): Promise<AnnalsError> {
  const found = await readErrorResponse(response, clock);
  const { message, errors } = found.body;
  const { code, retryAfterSeconds } = found;
  const isOurs = typeof message === 'string' && message !== '' && code !== 'corrupt';
  if (!isOurs) return toAnnalsError(found, request);
  return new AnnalsError(code, message, {
    issues: Array.isArray(errors) ? errors.filter(isIssue) : [],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
