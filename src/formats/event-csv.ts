import { csvRow } from '../core/csv.ts';
import type { AuditEvent } from '../core/event.ts';

/**
 * The columns that people sort and filter by, and `event`, the whole event as JSON, so that nothing is lost. Cells are
 * written by `core/csv.ts`, which prevents that a spreadsheet takes one for a formula.
 */
const columns: readonly (readonly [name: string, of: (event: AuditEvent) => unknown])[] = [
  ['sequence', (event) => event.sequence],
  ['eventID', (event) => event.eventID],
  ['createdAt', (event) => event.createdAt],
  ['recordedAt', (event) => event.recordedAt],
  ['action', (event) => event.action],
  ['outcome', (event) => event.outcome],
  ['description', (event) => event.description],
  ['resourceType', (event) => event.resourceType],
  ['resourceIdentity', (event) => event.resourceIdentity],
  ['userIdentity', (event) => event.userIdentity],
  ['userName', (event) => event.user?.name],
  ['userEmail', (event) => event.user?.email],
  ['serviceAccountIdentity', (event) => event.serviceAccountIdentity],
  ['impersonatorIdentity', (event) => event.impersonatorIdentity],
  ['clientIp', (event) => event.context?.client_ip],
  ['status', (event) => event.context?.status],
  ['error', (event) => event.error],
];

export const eventCsvHeader = csvRow([...columns.map(([name]) => name), 'event']);

/** The row of an event, from its JSON text. */
export function eventCsvRow(body: string): string {
  const event = JSON.parse(body) as AuditEvent;
  return csvRow([...columns.map(([, of]) => String(of(event) ?? '')), body]);
}
