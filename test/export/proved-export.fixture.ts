/** `annals export --proof` of a log of our own, on any disk. */

import type { Send } from '../../src/client/request.ts';
import type { ClientDependencies } from '../../src/client/send-request.ts';
import { openZone } from '../../src/core/calendar.ts';
import type { Draft } from '../../src/core/event.ts';
import { day, formatInstant, hour, type Micros, parseInstant } from '../../src/core/micros.ts';
import { periodsOf, type Split, type Window } from '../../src/core/window.ts';
import { nativeSource } from '../../src/dialects/native/client.ts';
import { nativeProofs } from '../../src/dialects/native/proofs.ts';
import type { Disk } from '../../src/export/disk.ts';
import { jsonFormat } from '../../src/export/formats/json.ts';
import type { ExportLimits } from '../../src/export/limits.ts';
import { nameOutputs } from '../../src/export/output-names.ts';
import { Prover } from '../../src/export/proofs/prover.ts';
import { exportToFiles } from '../../src/export/run-export.ts';
import type { Compression } from '../../src/export/sinks/block-writer.ts';
import { openWorkDirectory, workDirectoryPath } from '../../src/export/work-directory.ts';

const from = parseInstant('2026-06-01T00:00:00Z') as Micros;
const window: Window = { from, to: from + 2 * day };
const zone = openZone('UTC');

/** So small that a few events fill a block, a few blocks are made durable together, and runs must be merged twice. */
export const smallLimits: ExportLimits = {
  blockBytes: 1_000,
  flushBlocks: 3,
  flushMicros: day,
  runBytes: 1_000,
  runMicros: day,
  maxOpenRuns: 2,
};

/** This many events of the window, recorded in another order than they happened; some have personal fields. */
export function draftsOf(count: number): Draft[] {
  return Array.from({ length: count }, (_, n) => ({
    eventID: `e${n}`,
    createdAt: formatInstant(from + ((n * 7) % count) * hour),
    action: 'test',
    description: 'x'.repeat(100),
    ...(n % 3 > 0 && { user: { name: `Noor ${n}` } }),
  }));
}

export interface ProvedExport {
  readonly api: string;
  readonly directory: string;
  readonly split?: Split;
  readonly compress?: Compression;
  readonly limits?: ExportLimits;
}

/** Responses as they come over a slow connection, so that a few events are several batches. */
function inSmallChunks(send: Send): Send {
  return async (request, signal) => {
    const response = await send(request, signal);
    async function* body() {
      for await (const chunk of response.body) {
        for (let at = 0; at < chunk.length; at += 2_000) yield chunk.subarray(at, at + 2_000);
      }
    }
    return { ...response, body: body() };
  };
}

/** Continues an earlier run in the directory. */
export async function exportProved(
  { api, directory, split, compress, limits = smallLimits }: ProvedExport,
  send: Send,
  disk: Disk,
): Promise<void> {
  const clock = () => window.to;
  const signal = new AbortController().signal;
  const retry = { sleep: async () => undefined, random: () => 0.5, notify: () => undefined };
  const parts: ClientDependencies = {
    send: inSmallChunks(send),
    clock,
    retry: { ...retry, maxRetries: 0 },
  };
  const endpoint = { api, token: 't', organisation: undefined };
  const plan = { kind: 'plan', question: 'q', startedAt: from, window } as const;
  const work = await openWorkDirectory(disk, workDirectoryPath(directory, 'q'), plan, true);
  const prover = await Prover.open({
    server: nativeProofs(parts, endpoint),
    redacted: false,
    ...{ work, disk, clock, limits, signal },
  });
  await exportToFiles(
    {
      source: nativeSource(parts, endpoint, { window, filters: {}, proofOf: prover }),
      transform: undefined,
      window,
      query: {
        origin: { kind: 'annals', endpoint: api },
        window,
        timezone: 'UTC',
        split,
        filters: {},
        format: 'json',
        envelope: undefined,
        compress,
        shape: 'native',
      },
      outputs: nameOutputs({
        cwd: directory,
        output: undefined,
        format: 'json',
        compress,
        periods: periodsOf(window, split, zone),
        windowName: 'window',
        split: split !== undefined,
      }),
      format: jsonFormat,
      compress,
      manifest: true,
      prover,
      continueWith: 'again',
    },
    work,
    { disk, clock, signal, limits, onProgress: () => undefined },
  );
}
