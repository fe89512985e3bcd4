/**
 * The fields of a draft and their limits, without the library that checks them: applications install the recorder, which
 * has no dependencies. `event.ts` has the schema, and its test holds that both say the same.
 */

/** The canonical JSON of one event has at most so many bytes (design: "The event"). */
export const maxEventBytes = 65_535;
export const maxRequestEvents = 10_000;
export const maxRequestBytes = 16 * 1024 * 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is rejected
export const noControlCharacters = /^[^\x00-\x1f\x7f]*$/;

/** The most characters of each field that is a name. A name is not empty and has no control characters. */
export const nameFields = {
  eventID: 256,
  organizationIdentity: 256,
  projectId: 256,
  action: 256,
  resourceType: 256,
  resourceIdentity: 2_048,
  userIdentity: 512,
  serviceAccountIdentity: 512,
  impersonatorIdentity: 512,
  traceId: 256,
  sessionId: 512,
} as const;

/** The most characters of each field that is a text of any kind. */
export const proseFields = { description: 8_192, error: 8_192 } as const;

/** A person (wire: Thalassa 3.3, AppUser). Further fields are kept. */
interface Person {
  subject?: string;
  name?: string;
  email?: string;
  [more: string]: unknown;
}

/** Facts of the request (wire: Thalassa 3.4). Free for more; these have one meaning and so one type. */
interface DraftContext {
  client_ip?: string;
  user_agent?: string;
  method?: string;
  path?: string;
  url?: string;
  /** HTTP status of the response, 0 to 999. */
  status?: number;
  /** Milliseconds; a text where a vendor gives one. */
  duration?: number | string;
  credentials_id?: string;
  credentials_type?: string;
  headers?: Record<string, unknown>;
  country_code?: string;
  /** How the call came in, such as `api`, `gui`, `cli`. */
  origin?: string;
  /** Set on a service's records of its own work. Lists leave them out by default. */
  system_service?: string;
  [more: string]: unknown;
}

/** What a producer sends; it becomes an event when it is recorded. */
export type Draft = {
  /** Unique in the organisation. */
  eventID?: string;
  /** When it happened, RFC 3339 with a zone. */
  createdAt?: string;
  organizationIdentity?: string;
  projectId?: string;
  /** An HTTP method, or an action of a service such as `kms.decrypt`. */
  action: string;
  description?: string;
  resourceType?: string;
  resourceIdentity?: string;
  userIdentity?: string;
  user?: Person;
  serviceAccountIdentity?: string;
  serviceAccount?: Record<string, unknown>;
  impersonatorIdentity?: string;
  impersonator?: Person;
  client?: Record<string, unknown>;
  context?: DraftContext;
  /** Without it, `failure` if the status is 400 or above, or there is an `error`. */
  outcome?: 'success' | 'failure';
  error?: string;
  traceId?: string;
  sessionId?: string;
  changes?: { before?: Record<string, unknown>; after?: Record<string, unknown> };
  /** What has no field of its own. */
  details?: Record<string, unknown>;
};
