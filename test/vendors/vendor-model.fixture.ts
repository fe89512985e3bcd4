/** What a vendor's behaviour is, apart from how it travels. */
import type { IncomingHttpHeaders } from 'node:http';

export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The fields of a form body; empty for other requests. */
  readonly form: URLSearchParams;
}

export interface VendorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text goes out with its length, parts go out as chunks. */
  readonly body: string | Iterable<string>;
  /** How many events the whole body holds; 0 where it is no list of events. */
  readonly entries?: number;
}

/** One vendor. `C` is what its callers present. */
export interface VendorModel<C> {
  readonly credentials: C;
  answer(request: VendorRequest): VendorResponse;
  /** An error in the vendor's own shape. */
  refusal(status: number, message: string): VendorResponse;
  /** Makes access tokens given out so far worthless; static credentials stay good. */
  expireTokens(): void;
}

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): VendorResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
