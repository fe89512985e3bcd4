import type { Draft } from '../core/draft-fields.ts';
import type { RecorderDraft } from './fit-draft.ts';
import type { HttpOutcome } from './http-facts.ts';
import type { Recorder } from './recorder.ts';

type Fields<Names extends keyof Draft> = { readonly [Name in Names]?: Draft[Name] | undefined };

/** The caller, as far as the application knows. */
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

/** What the application adds to the entry of a call. It takes precedence over what was found. */
export interface Description extends Fields<keyof Draft> {
  /** Leaves the call out of the trail. */
  readonly skip?: boolean | undefined;
}

/** The options of all middleware; `Request` is what the framework passes to its handlers. */
export interface HttpAuditOptions<Request> {
  readonly recorder: Pick<Recorder, 'record'>;
  /** Called when an entry is recorded, so that it can use what authentication found out in the meantime. */
  readonly actor?: ((request: Request) => Actor | undefined) | undefined;
  /** Called after the response. */
  readonly describe?:
    | ((request: Request, outcome: HttpOutcome) => Description | undefined)
    | undefined;
  /** How many proxies of your own are in front, `true` for one: so many entries of `X-Forwarded-For` count. Default 0. */
  readonly trustProxy?: boolean | number | undefined;
  /** The id by which other systems know this call, in place of `traceparent` or `X-Request-Id`. */
  readonly traceId?: ((request: Request) => string | undefined) | undefined;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: (() => number) | undefined;
  readonly newTraceId?: (() => string) | undefined;
}

/** What a handler finds on its request. */
export interface RequestAudit {
  /** The id that all entries of this call have. */
  readonly traceId: string;
  /**
   * Records an entry beside the one of the call, such as `kms.decrypt` or `secrets.get_value`, with the call's actor,
   * address and trace id. Otherwise like `record` of the recorder.
   */
  record(draft: RecorderDraft): string | undefined;
}
