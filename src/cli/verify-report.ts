import type { VerifyFinding } from '../export/verify/findings.ts';
import type { EventReport } from '../export/verify/verify-event-proof.ts';
import type { ExportReport } from '../export/verify/verify-export.ts';
import type { ServerReport } from '../export/verify/verify-server.ts';
import { encodeBase64 } from '../integrity/base64.ts';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { counted, formatBytes, formatCount } from './quantities.ts';
import { printable, type Style } from './terminal-text.ts';

/** How many findings people see; `--json` has all that were kept. */
const mostShown = 50;

/** A line of a report; the verdict and what is wrong have a style. */
export type ReportLine = string | { readonly text: string; readonly style: Style };

const verdict = (proved: boolean): ReportLine =>
  proved ? { text: '  PROVED', style: 'good' } : { text: '  NOT PROVED', style: 'bad' };

export function exportReportLines(report: ExportReport): readonly ReportLine[] {
  const { name, files, events, bytes, checkpoint, signers, redacted } = report;
  return [
    printable(name),
    `  ${counted(events, 'event')} in ${counted(files, 'file')}, ${formatBytes(bytes)}`,
    ...(checkpoint === undefined ? [] : [`  log ${checkpointText(checkpoint)}`]),
    ...coverage(report),
    ...dropped(report),
    ...(redacted ? ['  personal fields were left out'] : []),
    ...claimed(report),
    ...(signers.length === 0 ? [] : [`  signed by ${printable(signers.join(', '))}`]),
    ...findingLines(report.findings, report.findingCount),
    verdict(report.proved),
  ];
}

export function eventReportLines(report: EventReport): readonly ReportLine[] {
  const { name, sequence, event, erased, checkpoint, signers, findings, proved } = report;
  const what = event === undefined ? '' : `, ${printable(describeEvent(event))}`;
  return [
    printable(name),
    ...(sequence === undefined ? [] : [`  event ${formatCount(sequence)}${what}`]),
    ...(proved && event === undefined
      ? ['  it was dropped: only that its hash is in the log is proved']
      : []),
    ...(erased === true ? ['  its personal fields were erased'] : []),
    ...(checkpoint === undefined ? [] : [`  log ${checkpointText(checkpoint)}`]),
    ...(signers.length === 0 ? [] : [`  signed by ${printable(signers.join(', '))}`]),
    ...findingLines(findings, findings.length),
    verdict(proved),
  ];
}

/** `kms.decrypt at 2026-06-20T08:14:03.512904Z` */
function describeEvent(event: unknown): string {
  const { action, createdAt } = event as { readonly action: string; readonly createdAt: string };
  return `${action} at ${createdAt}`;
}

export function eventReportJson({ checkpoint, ...report }: EventReport): object {
  return { ...report, ...(checkpoint && { checkpoint: checkpointJson(checkpoint) }) };
}

function coverage({ span, checkpoint, events }: ExportReport): string[] {
  if (span === undefined || checkpoint === undefined || events === 0) return [];
  const { from, to, unbroken } = span;
  if (unbroken && from === 0 && to === checkpoint.size) return ['  the whole log'];
  const range = `sequences ${formatCount(from)} to ${formatCount(to - 1)}`;
  return unbroken
    ? [`  ${range}, nothing between them left out`]
    : [`  a selection from ${range}; only the exporter says that it has all that match`];
}

function dropped({ keptFrom }: ExportReport): string[] {
  if (keptFrom === undefined) return [];
  const before = `before sequence ${formatCount(keptFrom)}`;
  return [`  the server had dropped the events ${before}; only the exporter says so`];
}

/** Who reads PROVED must not take these for proved. */
function claimed({ claimed: claims, proved }: ExportReport): string[] {
  if (!proved || claims === undefined) return [];
  const { source, window, filters } = claims;
  const { kind, endpoint, organisation } = source ?? {};
  const words = [
    source && `source   ${[kind, endpoint, organisation].filter(Boolean).join(', ')}`,
    window && `window   ${window.from} to ${window.to}`,
    filters && `filters  ${Object.keys(filters).length === 0 ? 'none' : JSON.stringify(filters)}`,
  ].filter((line) => line !== undefined);
  if (words.length === 0) return [];
  return ['  only the exporter says:', ...words.map((line) => `    ${printable(line)}`)];
}

export function serverReportLines(
  report: ServerReport,
  saved: string | undefined,
): readonly ReportLine[] {
  const { checkpoint, kept, signers, previous, message, proved } = report;
  return [
    `log ${checkpointText(checkpoint)}`,
    ...(signers.length === 0 ? [] : [`  signed by ${printable(signers.join(', '))}`]),
    ...(proved ? previous.map((key) => `  before that by ${printable(key)}`) : []),
    ...(proved && kept !== undefined
      ? [
          checkpoint.size === kept.size
            ? `  the same as the earlier checkpoint, of size ${formatCount(kept.size)}`
            : `  has only grown since size ${formatCount(kept.size)}`,
        ]
      : []),
    ...findingLines(report.findings, report.findings.length),
    verdict(proved),
    ...(proved && saved !== undefined
      ? [`  saved as ${printable(saved)}`]
      : ['', ...message.trimEnd().split('\n').map(printable)]),
  ];
}

function findingLines(findings: readonly VerifyFinding[], total: number): string[] {
  const lines = findings.slice(0, mostShown).flatMap(({ kind, message }) => {
    const [first = '', ...rest] = message.split('\n');
    return [`  ${kind}: ${printable(first)}`, ...rest.map((line) => `    ${printable(line)}`)];
  });
  const more = total - Math.min(findings.length, mostShown);
  return more > 0 ? [...lines, `  and ${formatCount(more)} more`] : lines;
}

export function exportReportJson({ checkpoint, ...report }: ExportReport): object {
  return { ...report, ...(checkpoint && { checkpoint: checkpointJson(checkpoint) }) };
}

export function serverReportJson({ checkpoint, kept, ...report }: ServerReport): object {
  return {
    ...report,
    checkpoint: checkpointJson(checkpoint),
    ...(kept && { kept: checkpointJson(kept) }),
  };
}

function checkpointJson({ origin, size, root }: Checkpoint): object {
  return { origin, size, root: encodeBase64(root) };
}

function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${printable(origin)} at size ${formatCount(size)}, root ${encodeBase64(root)}`;
}
