import { csvRow } from '../core/csv.ts';

/**
 * The columns that people sort and filter by, and `event`, the whole event as JSON, so that nothing is lost. Cells are
 * written by `core/csv.ts`, which prevents that a spreadsheet takes one for a formula.
 */
const columns: readonly (readonly [name: string, path: readonly string[]])[] = [
  ['sequence', ['sequence']],
  ['eventID', ['eventID']],
  ['createdAt', ['createdAt']],
  ['recordedAt', ['recordedAt']],
  ['action', ['action']],
  ['outcome', ['outcome']],
  ['description', ['description']],
  ['resourceType', ['resourceType']],
  ['resourceIdentity', ['resourceIdentity']],
  ['userIdentity', ['userIdentity']],
  ['userName', ['user', 'name']],
  ['userEmail', ['user', 'email']],
  ['serviceAccountIdentity', ['serviceAccountIdentity']],
  ['impersonatorIdentity', ['impersonatorIdentity']],
  ['clientIp', ['context', 'client_ip']],
  ['status', ['context', 'status']],
  ['error', ['error']],
];

export const eventCsvHeader = csvRow([...columns.map(([name]) => name), 'event']);

/** Where the value of each column is in an event. */
export const eventCsvColumns: readonly (readonly string[])[] = columns.map(([, path]) => path);

/** The row of an event, from its JSON text. */
export function eventCsvRow(body: string): string {
  const event: unknown = JSON.parse(body);
  return csvRow([...eventCsvColumns.map((path) => cellOf(event, path)), body]);
}

/** The value at this place, as text, and as JSON if it is an object or a list; empty when there is none. */
function cellOf(event: unknown, path: readonly string[]): string {
  let value: unknown = event;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}
