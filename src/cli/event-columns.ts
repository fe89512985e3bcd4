import type { AuditEvent } from '../core/event.ts';
import { parseInstant } from '../core/micros.ts';
import type { CliContext } from './cli-context.ts';
import { type Column, Table } from './table.ts';
import { columnsOf } from './terminal-text.ts';

/** A table of events. On a terminal it has a line for each day, and the local time beside UTC. */
export function eventTable({
  stdout,
  env,
  timeZone = 'UTC',
}: Pick<CliContext, 'stdout' | 'env' | 'timeZone'>): Table<AuditEvent> {
  if (columnsOf(stdout) === undefined) {
    const time: Column<AuditEvent> = { title: 'TIME', text: ({ createdAt }) => createdAt };
    return new Table(stdout, env, [time, ...facts]);
  }
  const utc: Column<AuditEvent> = { title: 'UTC', text: ({ createdAt }) => timeOf(createdAt) };
  const local: Column<AuditEvent> = {
    title: 'LOCAL',
    text: ({ createdAt }) => localTimeOf(createdAt, timeZone),
    style: () => 'minor',
    expendable: 4,
  };
  return new Table(
    stdout,
    env,
    timeZone === 'UTC' ? [utc, ...facts] : [utc, local, ...facts],
    ({ createdAt }) => createdAt.slice(0, 10),
  );
}

const facts: readonly Column<AuditEvent>[] = [
  { title: 'WHO', text: whoOf, least: 10 },
  { title: 'ACTION', text: ({ action }) => action, least: 12 },
  { title: 'RESOURCE', text: resourceOf, least: 8, expendable: 3 },
  { title: 'PATH', text: pathOf, least: 8, expendable: 5 },
  {
    title: 'RESULT',
    text: resultOf,
    style: (event) => (isFailure(event) ? 'bad' : undefined),
  },
  { title: 'SEQUENCE', text: ({ sequence }) => sequence?.toString(), expendable: 6 },
  { title: 'ADDRESS', text: ({ context }) => context?.client_ip, expendable: 7 },
  { title: 'ID', text: ({ eventID }) => eventID, expendable: 9 },
  { title: 'DESCRIPTION', text: ({ description }) => description, least: 20, expendable: 8 },
];

function whoOf(event: AuditEvent): string | undefined {
  const { user, userIdentity, serviceAccountIdentity, impersonatorIdentity } = event;
  const who = user?.email ?? userIdentity ?? serviceAccountIdentity;
  return impersonatorIdentity === undefined ? who : `${impersonatorIdentity} as ${who ?? '-'}`;
}

function resourceOf({ resourceType, resourceIdentity }: AuditEvent): string {
  return [resourceType, resourceIdentity].filter((text) => text !== undefined).join('/');
}

/** Where the action is the method already, it is not said twice. */
function pathOf({ action, context }: AuditEvent): string | undefined {
  const path = context?.path ?? context?.url;
  const method = context?.method;
  return path === undefined || method === undefined || method === action
    ? path
    : `${method} ${path}`;
}

function isFailure({ context, outcome }: AuditEvent): boolean {
  return outcome === 'failure' || (context?.status ?? 0) >= 400;
}

function resultOf(event: AuditEvent): string | undefined {
  const { context, outcome } = event;
  const status = context?.status;
  if (status === undefined) return outcome;
  // A status alone says the same, unless it contradicts the outcome.
  return outcome === 'failure' && status < 400 ? `${status} failure` : String(status);
}

/** `08:14:03` */
const timeOf = (instant: string): string => instant.slice(11, 19);

/** `10:14:03`; `01:14:03+1` when it is the next day there. */
export function localTimeOf(instant: string, timeZone: string): string {
  const at = parseInstant(instant, { truncate: true });
  if (typeof at !== 'number') return '';
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1_000)).toZonedDateTimeISO(
    timeZone,
  );
  const days = local
    .toPlainDate()
    .since(Temporal.PlainDate.from(instant.slice(0, 10)), { largestUnit: 'day' }).days;
  const time = local.toPlainTime().toString({ smallestUnit: 'second' });
  return days === 0 ? time : `${time}${days > 0 ? '+' : ''}${days}`;
}
