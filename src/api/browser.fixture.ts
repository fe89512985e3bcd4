import type { TestApp, TestRequestOptions } from './app.fixture.ts';

/** A browser with a page of the console: it keeps the cookie of its session and says where its requests come from. */
export class TestBrowser {
  readonly #app: TestApp;
  /** `__Host-annals=…` */
  cookie: string | undefined;
  /** Attributes of the cookie that was set last. */
  attributes: readonly string[] = [];

  constructor(app: TestApp) {
    this.#app = app;
  }

  async request(
    method: string,
    path: string,
    { headers = {}, ...options }: TestRequestOptions = {},
  ): Promise<Response> {
    const response = await this.#app.request(method, path, {
      ...options,
      headers: {
        'Sec-Fetch-Site': 'same-origin',
        ...(this.cookie !== undefined && { Cookie: `theme=dark; ${this.cookie}` }),
        ...headers,
      },
    });
    const set = response.headers.get('set-cookie');
    if (set !== null) {
      const [cookie = '', ...attributes] = set.split('; ');
      this.cookie = attributes.includes('Max-Age=0') ? undefined : cookie;
      this.attributes = attributes;
    }
    return response;
  }

  /** The JSON of a response; throws if its status is another one. */
  async json<T>(
    method: string,
    path: string,
    options: TestRequestOptions = {},
    status = method === 'POST' ? 201 : 200,
  ): Promise<T> {
    const response = await this.request(method, path, options);
    const text = await response.text();
    if (response.status !== status) {
      throw new Error(`${method} ${path}: ${response.status} instead of ${status}: ${text}`);
    }
    return JSON.parse(text) as T;
  }
}
