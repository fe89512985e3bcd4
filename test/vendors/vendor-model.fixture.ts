/** A vendor's behaviour, apart from the transport. */
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
  /** A text is sent with its length, several texts as chunks. */
  readonly body: string | Iterable<string>;
  /** How many events the whole body has; 0 if it is not a list of events. */
  readonly entries?: number;
}

/** One vendor. `C` is what its clients authenticate with. */
export interface VendorModel<C> {
  readonly credentials: C;
  respond(request: VendorRequest): VendorResponse;
  /** An error in the vendor's own shape. */
  errorResponse(status: number, message: string): VendorResponse;
  /** Lets all access tokens issued so far expire; static credentials stay valid. */
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
