/** Exports from a fake vendor as the command does, on a disk in memory, and reads the files back. */

import { createHttpSend } from '../../src/client/http-send.ts';
import type { ClientDependencies } from '../../src/client/send-request.ts';
import { openZone } from '../../src/core/calendar.ts';
import { type Clock, systemClock } from '../../src/core/micros.ts';
import { periodsOf, type Split, type Window, windowName } from '../../src/core/window.ts';
import { cockroachdbSource } from '../../src/dialects/cockroachdb/client.ts';
import { cockroachdbSettings } from '../../src/dialects/cockroachdb/settings.ts';
import { thalassaSource } from '../../src/dialects/thalassa/client.ts';
import { thalassaSettings } from '../../src/dialects/thalassa/settings.ts';
import { upcloudSource } from '../../src/dialects/upcloud/client.ts';
import { upcloudSettings } from '../../src/dialects/upcloud/settings.ts';
import type { Disk } from '../../src/export/disk.ts';
import type { ExportFilters } from '../../src/export/filters.ts';
import { jsonFormat } from '../../src/export/formats/json.ts';
import { defaultLimits, type ExportLimits } from '../../src/export/limits.ts';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import { nameOutputs } from '../../src/export/output-names.ts';
import { exportToFiles } from '../../src/export/run-export.ts';
import type { FileFacts, Source, SourceQuery } from '../../src/export/stages.ts';
import { openWorkDirectory, workDirectoryPath } from '../../src/export/work-directory.ts';
import type { Credentials, Vendor, VendorEvent, VendorKind } from '../vendors/vendor.fixture.ts';

export const usualDirectory = '/out';

export interface RunOptions {
  readonly window: Window;
  readonly split?: Split;
  readonly filters?: ExportFilters;
  readonly pageSize?: number;
  readonly retries?: number;
  readonly clock?: Clock;
  readonly disk?: Disk;
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly limits?: ExportLimits;
  readonly note?: (text: string) => void;
}

const send = createHttpSend();

export function dependenciesFor({
  clock,
  note,
  retries: maxRetries,
}: Partial<RunOptions>): ClientDependencies {
  return {
    send,
    clock: clock ?? systemClock,
    retry: {
      sleep: async () => undefined,
      random: () => 0.5,
      notify: note ?? (() => undefined),
      ...(maxRetries !== undefined && { maxRetries }),
    },
  };
}

/** The client for a fake vendor, with the first credential that it knows. */
export function sourceFor(
  vendor: Vendor<VendorKind>,
  parts: ClientDependencies,
  question: SourceQuery,
): Source {
  const flags = { api: vendor.url };
  switch (vendor.kind) {
    case 'thalassa': {
      const { organisation, clientId, clientSecret } =
        vendor.credentials as Credentials['thalassa'];
      const settings = thalassaSettings(
        { ...flags, organisation, clientId, clientSecret },
        {},
        undefined,
      );
      return thalassaSource(parts, settings, question);
    }
    case 'upcloud': {
      const { token } = vendor.credentials as Credentials['upcloud'];
      return upcloudSource(parts, upcloudSettings({ ...flags, token }, {}, undefined), question);
    }
    case 'cockroachdb': {
      const { apiKey } = vendor.credentials as Credentials['cockroachdb'];
      return cockroachdbSource(
        parts,
        cockroachdbSettings({ ...flags, token: apiKey }, {}),
        question,
      );
    }
  }
}

export async function runExport(
  vendor: Vendor<VendorKind>,
  options: RunOptions,
): Promise<readonly FileFacts[]> {
  const { window, split, filters = {}, clock = systemClock, disk = new MemoryDisk() } = options;
  const zone = openZone('UTC');
  const { pageSize } = options;
  const source = sourceFor(vendor, dependenciesFor(options), {
    window,
    filters,
    ...(pageSize !== undefined && { pageSize }),
  });
  const work = await openWorkDirectory(
    disk,
    workDirectoryPath(usualDirectory, 'test'),
    { kind: 'plan', question: 'test', startedAt: window.to, window },
    options.resume === true,
  );
  return exportToFiles(
    {
      source,
      transform: undefined,
      window,
      query: {
        origin: { ...source.origin, endpoint: 'vendor' },
        window,
        timezone: zone.name,
        split,
        filters,
        format: 'json',
        envelope: undefined,
        compress: undefined,
        shape: 'raw',
      },
      outputs: nameOutputs({
        cwd: usualDirectory,
        output: undefined,
        format: 'json',
        compress: undefined,
        periods: periodsOf(window, split, zone),
        windowName: windowName(window, zone),
        split: split !== undefined,
      }),
      format: jsonFormat,
      compress: undefined,
      manifest: true,
      continueWith: 'again',
    },
    work,
    {
      disk,
      clock,
      signal: options.signal ?? new AbortController().signal,
      limits: options.limits ?? defaultLimits,
      onProgress: () => undefined,
    },
  );
}

/** The content of the files of an export, in order. */
export async function readFiles(disk: Disk, files: readonly FileFacts[]): Promise<VendorEvent[]> {
  const events: VendorEvent[] = [];
  for (const { name } of files) {
    const text = await disk.readText(`${usualDirectory}/${name}`);
    events.push(...(JSON.parse(text ?? 'null') as VendorEvent[]));
  }
  return events;
}
