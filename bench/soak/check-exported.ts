import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Window } from '../../src/core/window.ts';
import { readEventFile } from '../../src/export/read-event-file.ts';
import { annals, commandViolation } from './command.ts';
import { Violation } from './problems.ts';
import { type Counts, SeenEvents } from './seen-events.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';
import { PlaceOrder } from './walks.ts';

/** An export that exited with 0. */
export interface Exported {
  readonly directory: string;
  /** Undefined when everything was exported, including the server's own records. */
  readonly window: Window | undefined;
  /** What was acknowledged before the export began. */
  readonly acknowledged: Counts;
}

interface Manifest {
  readonly complete: boolean;
  readonly entries: number;
  readonly files: readonly { readonly name: string }[];
}

interface Event {
  readonly eventID: string;
  readonly createdAt: string;
  readonly sequence: number;
  readonly context?: { readonly system_service?: string };
}

/** Throws `Violation` unless the files have exactly their window, the manifest says so, and `annals verify` proves it. */
export async function checkExported(
  exported: Exported,
  organisation: SoakOrganisation,
  soak: SoakContext,
): Promise<void> {
  const { directory, window, acknowledged } = exported;
  const manifest = await readManifest(directory);
  const seen = new SeenEvents(organisation.streams, window);
  const order = new PlaceOrder('ascending');
  let count = 0;
  for (const { name } of manifest.files) {
    const bytes = createReadStream(join(directory, name));
    for await (const { texts } of readEventFile(bytes, name)) {
      for (const text of texts) {
        const { eventID, createdAt, sequence, context } = JSON.parse(text) as Event;
        count += 1;
        order.see(createdAt, sequence);
        if (window !== undefined || context?.system_service !== 'annals') seen.see(eventID);
      }
    }
  }
  seen.complete(acknowledged, soak.acknowledgements.sent);
  if (!manifest.complete || manifest.entries !== count) {
    throw new Violation(
      `${directory}: ${count} events came, and the manifest has ${manifest.entries}`,
    );
  }
  await prove(exported, count, organisation, soak);
}

async function readManifest(directory: string): Promise<Manifest> {
  const name = (await readdir(directory)).find((each) => each.endsWith('.manifest.json'));
  if (name === undefined) throw new Violation(`${directory}: there is no manifest`);
  return JSON.parse(await readFile(join(directory, name), 'utf8')) as Manifest;
}

interface Verified {
  readonly proved: boolean;
  readonly exports: readonly {
    readonly events: number;
    readonly checkpoint: { readonly size: number };
    readonly span: { readonly from: number; readonly to: number; readonly unbroken: boolean };
  }[];
}

/** An export of everything must have all events of its checkpoint. */
async function prove(
  { directory, window }: Exported,
  count: number,
  organisation: SoakOrganisation,
  soak: SoakContext,
): Promise<void> {
  const args = ['verify', directory, '--key', soak.verifierKey, '--json', '--quiet'];
  const outcome = await annals(args, organisation, soak);
  if (outcome.code !== 0) throw commandViolation(args, outcome);
  const { proved, exports } = JSON.parse(outcome.stdout) as Verified;
  const report = exports[0];
  if (!proved || report?.events !== count) throw commandViolation(args, outcome);
  if (window !== undefined) return;
  const { span, checkpoint } = report;
  if (span.from !== 0 || span.to !== checkpoint.size || !span.unbroken) {
    throw commandViolation(args, outcome);
  }
}
