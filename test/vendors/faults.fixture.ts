/**
 * What may go wrong between a vendor and its client, and plans of when it does. A plan is a function
 * of the request, so any test may write its own; these cover most needs.
 */
export type Fault =
  /** The vendor responds with an error, in its own shape. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly message: string;
      readonly retryAfter?: RetryAfter;
    }
  /** Something else responds instead of the vendor, such as a proxy with an HTML page. */
  | {
      readonly kind: 'instead';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    }
  /** The connection is reset before any response. */
  | { readonly kind: 'reset' }
  /** The connection ends after this share of the body, never after all of it. */
  | { readonly kind: 'cut'; readonly share: number; readonly framing: Framing }
  /** The response, or the second half of its body, is late by so many milliseconds of real time. */
  | { readonly kind: 'slow'; readonly milliseconds: number; readonly where: 'response' | 'body' }
  /** All access tokens issued so far stop working before the request is read. */
  | { readonly kind: 'expire' };

export interface RetryAfter {
  readonly seconds: number;
  /** As a number of seconds or as an HTTP date by the vendor's clock. */
  readonly as: 'seconds' | 'date';
}

/**
 * How the end of a body is marked: by `Content-Length`, by a last chunk, or only by the end of the
 * connection, where a cut can be seen only in the content.
 */
export type Framing = 'length' | 'chunked' | 'close';

/** What a plan may decide on. */
export interface FaultRequest {
  /** 1 for the first request the vendor receives. */
  readonly number: number;
  /** Method, path and query, such as `GET /v1/audit?page=1`. */
  readonly line: string;
  /** How often this line was requested, this time included. */
  readonly attempt: number;
}

export type FaultPlan = (request: FaultRequest) => Fault | undefined;

// Faults by name.

export const throttle = (retryAfter?: RetryAfter, status = 429): Fault => ({
  kind: 'error',
  status,
  message: 'rate limit exceeded',
  ...(retryAfter && { retryAfter }),
});

export const errorStatus = (status: number, message = 'internal error'): Fault => ({
  kind: 'error',
  status,
  message,
});

export const html = (status: number, contentType = 'text/html; charset=utf-8'): Fault => ({
  kind: 'instead',
  status,
  contentType,
  body: `<!DOCTYPE html><html><body><h1>${status}</h1><p>Please wait.</p></body></html>\n`,
});

/** JSON that is not a list, with the status of a list. */
export const notice = (message = 'The audit log is under maintenance'): Fault => ({
  kind: 'instead',
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ message }),
});

export const emptyBody = (status = 200): Fault => ({
  kind: 'instead',
  status,
  contentType: 'application/json',
  body: '',
});

export const reset = (): Fault => ({ kind: 'reset' });

export const cutBody = (share: number, framing: Framing = 'length'): Fault => ({
  kind: 'cut',
  share,
  framing,
});

export const slow = (milliseconds: number, where: 'response' | 'body' = 'response'): Fault => ({
  kind: 'slow',
  milliseconds,
  where,
});

export const expireTokens = (): Fault => ({ kind: 'expire' });

// Plans.

export const noFaults: FaultPlan = () => undefined;

/** Faults for certain requests by their number: `{ 2: reset() }` breaks the second one. */
export const faultsAt =
  (faults: Readonly<Record<number, Fault>>): FaultPlan =>
  ({ number }) =>
    faults[number];

/** The same fault from the n-th request on, for ever. */
export const faultFrom =
  (first: number, fault: Fault): FaultPlan =>
  ({ number }) =>
    number >= first ? fault : undefined;

/** Limits a plan to requests whose line matches, such as `/audit-logs\/export/`. */
export const onlyFor =
  (line: RegExp, plan: FaultPlan): FaultPlan =>
  (request) =>
    line.test(request.line) ? plan(request) : undefined;

/** The first plan that has a fault for the request decides. */
export const firstOf =
  (...plans: readonly FaultPlan[]): FaultPlan =>
  (request) =>
    plans.reduce<Fault | undefined>((found, plan) => found ?? plan(request), undefined);
