/** UpCloud's streamed export of everything retained (wire: upcloud 6). */
import type { VendorEvent } from './events.fixture.ts';
import type { VendorResponse } from './vendor-model.fixture.ts';

export interface ExportSwitches {
  /** A bare array as the live test reads it, or the list's object as the schema says. */
  jsonShape: 'array' | 'object';
  /** CSV with a byte-order mark. */
  csvMark: 'none' | 'bom';
  csvLines: 'lf' | 'crlf';
  /** In schema order, in another one, or with columns that are in no schema. */
  csvColumns: 'schema' | 'reordered' | 'extra';
}

const SCHEMA_COLUMNS = [
  'time',
  'auth_type',
  'cloud_event_id',
  'upcloud_correlation_id',
  'resource_type',
  'resource_sub_type',
  'action',
  'origin',
  'account_username',
  'ip_address',
  'resource_id',
  'current_state',
  'previous_state',
];

const COLUMNS: Readonly<Record<ExportSwitches['csvColumns'], readonly string[]>> = {
  schema: SCHEMA_COLUMNS,
  reordered: SCHEMA_COLUMNS.toReversed(),
  extra: ['zoneOfOrigin', ...SCHEMA_COLUMNS, 'nested'],
};

export function jsonExport(
  events: readonly VendorEvent[],
  switches: ExportSwitches,
): VendorResponse {
  const [open, close] = switches.jsonShape === 'array' ? ['[', ']\n'] : ['{"audit_logs":[', ']}\n'];
  return download('application/json', 'json', events.length, function* () {
    yield open;
    for (const [index, event] of events.entries()) {
      yield (index === 0 ? '' : ',') + JSON.stringify(event);
    }
    yield close;
  });
}

/** RFC 4180: a header row, then one row an event; objects as JSON text, absent members empty. */
export function csvExport(
  events: readonly VendorEvent[],
  switches: ExportSwitches,
): VendorResponse {
  const columns = COLUMNS[switches.csvColumns];
  const newline = switches.csvLines === 'lf' ? '\n' : '\r\n';
  return download('text/csv; charset=utf-8', 'csv', events.length, function* () {
    yield (switches.csvMark === 'bom' ? '\uFEFF' : '') + columns.join(',') + newline;
    for (const event of events) {
      yield columns.map((column) => csvField(event[column])).join(',') + newline;
    }
  });
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(
  contentType: string,
  extension: string,
  entries: number,
  chunks: () => Iterable<string>,
): VendorResponse {
  const disposition = `attachment; filename="audit-logs-export.${extension}"`;
  return {
    status: 200,
    headers: { 'Content-Type': contentType, 'Content-Disposition': disposition },
    body: chunks(),
    entries,
  };
}
