import { AnnalsError, type ErrorCode, type Issue, messageOf } from '../core/errors.ts';

const codeByStatus: Record<number, ErrorCode> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  415: 'unsupported-media',
  429: 'too-many-requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** Which server is asked, and with whose key. */
export interface ServerConnection {
  /** Without a slash at the end. */
  readonly api: string;
  readonly token: string;
  /** Identity or slug; absent, the key's own. */
  readonly organisation: string | undefined;
}

interface ApiEnvironment {
  /** In place of the network; absent, Node's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Aborted when the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/** The native API as commands use it: JSON in, JSON out, refusals as `AnnalsError` with the server's words. */
export class AnnalsApi {
  readonly #connection: ServerConnection;
  readonly #fetch: typeof globalThis.fetch;
  readonly #signal: AbortSignal;

  constructor(connection: ServerConnection, environment: ApiEnvironment) {
    this.#connection = connection;
    this.#fetch = environment.fetch ?? globalThis.fetch;
    this.#signal = environment.signal;
  }

  get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const search = new URLSearchParams(query).toString();
    return this.#request<T>('GET', search === '' ? path : `${path}?${search}`);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.postText<T>(path, JSON.stringify(body), 'application/json');
  }

  postText<T>(path: string, body: string, mediaType: string): Promise<T> {
    return this.#request<T>('POST', path, { body, mediaType });
  }

  delete<T>(path: string): Promise<T> {
    return this.#request<T>('DELETE', path);
  }

  async #request<T>(
    method: string,
    path: string,
    content?: { readonly body: string; readonly mediaType: string },
  ): Promise<T> {
    const { api, token, organisation } = this.#connection;
    const headers: Record<string, string> = {
      Accept: 'application/json',
      Authorization: `Bearer ${token}`,
    };
    if (organisation !== undefined) headers['X-Organisation-Identity'] = organisation;
    if (content !== undefined) headers['Content-Type'] = content.mediaType;
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(`${api}${path}`, {
        method,
        headers,
        signal: this.#signal,
        ...(content !== undefined && { body: content.body }),
      });
      text = await response.text();
    } catch (cause) {
      if (this.#signal.aborted) throw cause;
      const reason = messageOf(cause instanceof Error ? (cause.cause ?? cause) : cause);
      throw new AnnalsError('unavailable', `Cannot reach ${api}: ${reason || 'no answer'}`, {
        cause,
      });
    }
    if (!response.ok) throw apiError(response, text, `${method} ${path.split('?')[0]}`);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new AnnalsError('corrupt', `Cannot read the answer of ${api}: it is no JSON`, {
        cause,
      });
    }
  }
}

function apiError(response: Response, text: string, requestLine: string): AnnalsError {
  let message = text.slice(0, 200);
  let issues: Issue[] = [];
  try {
    const body = JSON.parse(text) as { message?: string; errors?: Issue[] };
    message = body.message ?? message;
    issues = body.errors ?? [];
  } catch {
    // Some other program answered; its words are all there is.
  }
  const retryAfter = Number(response.headers.get('retry-after'));
  return new AnnalsError(
    codeByStatus[response.status] ?? 'internal',
    message || `${requestLine} was answered with ${response.status}`,
    { issues, ...(retryAfter > 0 && { retryAfterSeconds: retryAfter }) },
  );
}
