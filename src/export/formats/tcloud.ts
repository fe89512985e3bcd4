import { formatInstant, type Micros } from '../../core/micros.ts';
import type { ExportFilters } from '../filters.ts';
import type { Format } from '../stages.ts';

export interface TcloudFacts {
  readonly exportedAt: Micros;
  readonly filters: ExportFilters;
  /** As typed: `since`, or the two days. */
  readonly since?: string;
  readonly startDate?: string;
  readonly endDate?: string;
}

/**
 * The object that `tcloud audit export` writes (wire: Thalassa 7), with its keys in its order. Only the list differs: one
 * event a line, as the source sent it.
 */
export function tcloudFormat({ exportedAt, filters, ...typed }: TcloudFacts): Format {
  const wholeSeconds = (micros: Micros) => `${formatInstant(micros).slice(0, 19)}Z`;
  const member = (key: string, value: unknown) =>
    `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  return {
    begin({ index, total }) {
      const members = [
        ...(total > 1 ? [member('chunk', { index: index + 1, total })] : []),
        member('exportedAt', wholeSeconds(exportedAt)),
        ...(Object.keys(filters).length > 0 ? [member('filters', filters)] : []),
      ];
      return `{\n${members.join(',\n')},\n  "logs": [`;
    },
    entry: ({ text }, index) => [index === 0 ? '\n    ' : ',\n    ', text],
    end({ window }, count) {
      const range = {
        type: typed.since === undefined ? 'custom' : 'duration',
        start: formatInstant(window.from),
        // The last instant that tcloud includes; ours is the first one after it.
        end: formatInstant(window.to - 1),
        ...typed,
      };
      return `${count === 0 ? '' : '\n  '}],\n${member('timeRange', range)},\n${member('totalLogs', count)}\n}\n`;
    },
  };
}
