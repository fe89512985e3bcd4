/**
 * What may go wrong between a vendor and whoever asks it, and plans of when it does. A plan is a
 * function of the request, so any test may write its own; the ones here cover the usual needs.
 */
export type Fault =
  /** The vendor refuses, in its own error shape. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly message: string;
      readonly retryAfter?: RetryAfter;
    }
  /** Something else answers in the vendor's place, such as a proxy's HTML page. */
  | {
      readonly kind: 'instead';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The connection ends after this share of the body, never after all of it. */
  | { readonly kind: 'cut'; readonly share: number; readonly framing: Framing }
  /** The answer, or the second half of its body, comes so many milliseconds of real time late. */
  | { readonly kind: 'slow'; readonly milliseconds: number; readonly where: 'answer' | 'body' }
  /** All access tokens given out so far stop working before the request is looked at. */
  | { readonly kind: 'expire' };

export interface RetryAfter {
  readonly seconds: number;
  /** As a number of seconds or as an HTTP date by the vendor's clock. */
  readonly as: 'seconds' | 'date';
}

/**
 * How a body's end is marked: by `Content-Length`, by a last chunk, or by nothing but the end of
 * the connection, where a cut is seen only in what was said.
 */
export type Framing = 'length' | 'chunked' | 'close';

/** What a plan may decide on. */
export interface FaultRequest {
  /** 1 for the first request the vendor receives. */
  readonly number: number;
  /** Method, path and query, such as `GET /v1/audit?page=1`. */
  readonly line: string;
  /** How often this very line has been asked, this time included. */
  readonly attempt: number;
}

export type FaultPlan = (request: FaultRequest) => Fault | undefined;

// Faults by name.

export const throttle = (retryAfter?: RetryAfter, status = 429): Fault => ({
  kind: 'refuse',
  status,
  message: 'rate limit exceeded',
  ...(retryAfter && { retryAfter }),
});

export const refuse = (status: number, message = 'internal error'): Fault => ({
  kind: 'refuse',
  status,
  message,
});

export const html = (status: number, contentType = 'text/html; charset=utf-8'): Fault => ({
  kind: 'instead',
  status,
  contentType,
  body: `<!DOCTYPE html><html><body><h1>${status}</h1><p>Please wait.</p></body></html>\n`,
});

/** JSON that is no list, with the status of one. */
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

export const slow = (milliseconds: number, where: 'answer' | 'body' = 'answer'): Fault => ({
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

/** The same fault from the n-th request on, without end. */
export const faultFrom =
  (first: number, fault: Fault): FaultPlan =>
  ({ number }) =>
    number >= first ? fault : undefined;

/** Keeps a plan to requests whose line matches, such as `/audit-logs\/export/`. */
export const onlyFor =
  (line: RegExp, plan: FaultPlan): FaultPlan =>
  (request) =>
    line.test(request.line) ? plan(request) : undefined;

/** The first plan that has a fault for the request decides. */
export const firstOf =
  (...plans: readonly FaultPlan[]): FaultPlan =>
  (request) =>
    plans.reduce<Fault | undefined>((found, plan) => found ?? plan(request), undefined);
