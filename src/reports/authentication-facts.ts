import { type Micros, parseInstant } from '../core/micros.ts';

/** By what failed authentications can be counted. */
export const groupings = ['actor', 'address', 'credential', 'agent', 'reason'] as const;
export type Grouping = (typeof groupings)[number];

/** What a report of authentications looks at in an event. */
export interface AuthenticationFacts {
  readonly at: Micros;
  /** How many attempts the event stands for: our own records are summaries. */
  readonly attempts: number;
  readonly values: Readonly<Record<Grouping, string | undefined>>;
}

/** The facts of an event, read from its JSON. */
export function authenticationFacts(event: Readonly<Record<string, unknown>>): AuthenticationFacts {
  const context = membersOf(event.context);
  const details = membersOf(event.details);
  const { repeated } = details;
  const isSummary = typeof repeated === 'number' && repeated > 0;
  const at = (isSummary ? instant(details.lastAt) : undefined) ?? instant(event.createdAt) ?? 0;
  return {
    at,
    attempts: isSummary ? repeated : 1,
    values: {
      actor: text(event.userIdentity) ?? text(event.serviceAccountIdentity),
      address: text(context.client_ip),
      credential: text(context.credentials_id),
      agent: text(context.user_agent),
      reason: text(event.error),
    },
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMembers = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMembers ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function instant(value: unknown): Micros | undefined {
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  return typeof parsed === 'number' ? parsed : undefined;
}
