import type { Draft } from '../core/event.ts';
import type { RecorderDraft } from './fit-draft.ts';
import type { HttpOutcome } from './http-facts.ts';
import type { Recorder } from './recorder.ts';

type Fields<Names extends keyof Draft> = { readonly [Name in Names]?: Draft[Name] | undefined };

/** Who calls, as far as the application knows. */
export interface Actor
  extends Fields<
    | 'userIdentity'
    | 'user'
    | 'serviceAccountIdentity'
    | 'serviceAccount'
    | 'impersonatorIdentity'
    | 'impersonator'
    | 'client'
    | 'sessionId'
    | 'projectId'
  > {
  /** Which credential was used: its id, never the credential itself. Recorded in `context`. */
  readonly credentials_id?: string | undefined;
  readonly credentials_type?: string | undefined;
}

/** What the application adds to the entry of a call. Anything given here wins over what was found. */
export interface Description extends Fields<keyof Draft> {
  /** Leaves the call out of the trail. */
  readonly skip?: boolean | undefined;
}

/** What all middleware takes; `Request` is what the framework gives its handlers. */
export interface HttpAuditOptions<Request> {
  readonly recorder: Pick<Recorder, 'record'>;
  /** Asked when an entry is recorded, so that it may rely on what authentication has found out by then. */
  readonly actor?: ((request: Request) => Actor | undefined) | undefined;
  /** Asked after the answer. */
  readonly describe?:
    | ((request: Request, answer: HttpOutcome) => Description | undefined)
    | undefined;
  /** How many proxies of your own stand in front, `true` for one; `X-Forwarded-For` counts so far. 0 unless said. */
  readonly trustProxy?: boolean | number | undefined;
  /** Gives the id under which this call is known elsewhere, in place of `traceparent` or `X-Request-Id`. */
  readonly traceId?: ((request: Request) => string | undefined) | undefined;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: (() => number) | undefined;
  readonly newTraceId?: (() => string) | undefined;
}

/** What a handler finds on its request. */
export interface RequestAudit {
  /** The id that all entries of this call share. */
  readonly traceId: string;
  /**
   * Records an entry of its own beside the one of the call, such as `kms.decrypt` or `secrets.get_value`, with the
   * call's actor, address and trace id. Otherwise as `record` of the recorder.
   */
  record(draft: RecorderDraft): string | undefined;
}
