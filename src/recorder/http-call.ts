import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors.ts';
import type { RecorderDraft } from './fit-draft.ts';
import type { HttpAuditOptions, RequestAudit } from './http-audit.ts';
import {
  type HttpContext,
  type HttpOutcome,
  type HttpRequest,
  outcomeFacts,
  requestFacts,
} from './http-facts.ts';

/** One call, from its request to its response. Nothing in it throws, whatever the application's functions do. */
export class HttpCall<Request> implements RequestAudit {
  readonly traceId: string;
  readonly #options: HttpAuditOptions<Request>;
  readonly #request: Request;
  /** Read at the start: when a client has disconnected, its address is gone too. */
  readonly #facts: HttpContext;
  readonly #now: () => number;
  readonly #startedMs: number;
  /** Why a function of the application gave no result. */
  readonly #failedCallbacks: Record<string, { why: string }> = {};
  #error: string | undefined;
  #ended = false;

  constructor(options: HttpAuditOptions<Request>, request: Request, http: HttpRequest) {
    this.#options = options;
    this.#request = request;
    this.#facts = requestFacts(http, Number(options.trustProxy ?? 0));
    this.#now = options.now ?? (() => performance.now());
    this.#startedMs = this.#now();
    this.traceId =
      this.#tryCallback('traceId', () => options.traceId?.(request)) ??
      givenTraceId(http) ??
      (options.newTraceId ?? randomUUID)();
  }

  record(draft: RecorderDraft): string | undefined {
    const { client_ip, user_agent } = this.#facts;
    return this.#record({ client_ip, user_agent }, draft);
  }

  /** Notes what a handler threw. The first counts; later errors are mostly its consequences. */
  fail(error: unknown): void {
    this.#error ??= sentenceOf(error);
  }

  /** Records the call. `complete` is false when the client disconnected before the end of the response. */
  end(status: number | undefined, complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!complete) this.fail('the client disconnected before the response was complete');
    const durationMs = this.#now() - this.#startedMs;
    const outcome: HttpOutcome = { status, durationMs, error: this.#error };
    const { describe } = this.#options;
    const description = this.#tryCallback('describe', () => describe?.(this.#request, outcome));
    const { skip, action, ...fields } = description ?? {};
    if (skip === true) return;
    const draft = {
      ...fields,
      action: action ?? this.#facts.method ?? '',
      error: fields.error ?? this.#error,
    };
    this.#record({ ...this.#facts, ...outcomeFacts(outcome) }, draft);
  }

  #record(found: Loose<HttpContext>, draft: RecorderDraft): string | undefined {
    const actor = this.#tryCallback('actor', () => this.#options.actor?.(this.#request));
    const { credentials_id, credentials_type, ...who } = actor ?? {};
    const context = withoutUndefined({ ...found, credentials_id, credentials_type });
    let merged: RecorderDraft;
    try {
      merged = {
        ...who,
        traceId: this.traceId,
        ...withoutUndefined(draft),
        action: draft.action,
        context: { ...context, ...draft.context },
      };
      if (Object.keys(this.#failedCallbacks).length > 0) {
        merged.details = { ...draft.details, adjusted: this.#failedCallbacks };
      }
    } catch {
      // The recorder decides about a draft that cannot even be copied.
      merged = draft;
    }
    return this.#options.recorder.record(merged);
  }

  /** Calls a function of the application. When it fails only its result is missing, and the entry says so. */
  #tryCallback<T>(name: string, callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      this.#failedCallbacks[name] = {
        why: `the application’s function failed: ${sentenceOf(error)}`,
      };
      return undefined;
    }
  }
}

/** Anything can be thrown, even a value without a text. */
function sentenceOf(thrown: unknown): string {
  try {
    return messageOf(thrown) || 'an error without a message';
  } catch {
    return 'something that cannot be read';
  }
}

/** The trace that a caller names: W3C Trace Context, else the id that a proxy gave the request. */
function givenTraceId(http: HttpRequest): string | undefined {
  const parent = http.header('traceparent');
  const trace = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/.exec(parent ?? '')?.[1];
  return trace ?? (http.header('x-request-id') || undefined);
}

type Loose<T> = { [Name in keyof T]?: T[Name] | undefined };

/** A field that is undefined must not hide one that was found. */
function withoutUndefined<T extends object>(object: Loose<T>): Partial<T> {
  const copy = { ...object };
  for (const name of Object.keys(copy) as (keyof T)[]) {
    if (copy[name] === undefined) delete copy[name];
  }
  return copy as Partial<T>;
}
