import type { AuditEvent } from '../core/event.ts';
import type { CliContext } from './cli-context.ts';
import { localTimeOf } from './event-columns.ts';
import { columnsOf, printable } from './terminal-text.ts';

/** The lines of an event for people: a line for each value, with the path to it. */
export function eventLines(
  event: AuditEvent,
  { stdout, timeZone = 'UTC' }: Pick<CliContext, 'stdout' | 'timeZone'>,
): string[] {
  const values = valuesOf(event, '');
  const width = Math.max(...values.map(([path]) => path.length));
  const showsLocal = columnsOf(stdout) !== undefined && timeZone !== 'UTC';
  return values.map(([path, value]) => {
    const isTime = path === 'createdAt' || path === 'recordedAt';
    const local = isTime && showsLocal ? `  (${localTimeOf(value, timeZone)} ${timeZone})` : '';
    return `${printable(path).padEnd(width)}  ${printable(value)}${local}`;
  });
}

function valuesOf(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  const members = Object.entries(value);
  if (members.length === 0) return [[path, '{}']];
  return members.flatMap(([name, member]) =>
    valuesOf(member, path === '' ? name : `${path}.${name}`),
  );
}
