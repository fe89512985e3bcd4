import { stringifySearch } from '../search.ts';

/** What a request was answered with, if it was not what was asked for. Status 0: there was no answer. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A GET of the public API. Rejects with `ApiError`, or as `fetch` does when the signal is aborted. */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer<T>> {
  return send<T>(`${path}${stringifySearch(query)}`, signal === undefined ? {} : { signal });
}

/** A change through the public API. The cookie goes along; the server asks for JSON from its own pages. */
export function change<T>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<T>> {
  return send<T>(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

async function send<T>(address: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('The server does not answer. Is it running, and is there a network?', 0);
  }
  if (!response.ok) throw await refusalOf(response);
  // A signed-out session and a deleted thing have nothing to say.
  const body = response.status === 204 ? undefined : await response.json();
  return { body: body as T, headers: response.headers };
}

async function refusalOf(response: Response): Promise<ApiError> {
  let message = `The server answered ${response.status} ${response.statusText}`.trim();
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'message' in body) {
      message = String(body.message);
    }
  } catch {
    // Something before the server answered, and not in JSON.
  }
  return new ApiError(message, response.status);
}
