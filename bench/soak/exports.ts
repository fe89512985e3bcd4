import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant } from '../../src/core/micros.ts';
import type { Window } from '../../src/core/window.ts';
import { checkExported, type Exported } from './check-exported.ts';
import { annals, commandViolation, type Outcome } from './command.ts';
import { Violation } from './problems.ts';
import type { Draw, SoakContext, SoakOrganisation } from './soak-context.ts';
import { drawWindow } from './windows.ts';

/** How often an export may be interrupted before it counts as one that never ends. */
const mostRuns = 20;

interface Manifest {
  readonly complete: boolean;
  readonly reason?: string;
  readonly continueWith?: string;
  readonly files: readonly { readonly name: string }[];
}

/** Exports a random window in a random format, with retries or without. */
export async function exportWindow(
  organisation: SoakOrganisation,
  soak: SoakContext,
  draw: Draw,
): Promise<void> {
  const window = drawWindow(
    organisation.streams,
    { now: Date.now() * 1_000, most: soak.plan.exportEvents },
    draw,
  );
  const format = ['json', 'ndjson', 'csv'][draw(3)]!;
  const compression = [[], [], ['--compress', 'gzip'], ['--compress', 'zstd']][draw(4)]!;
  const retries = draw(2) === 0 ? ['--retries', '0'] : [];
  const killMillis = draw(6) === 0 ? 200 + draw(2_000) : undefined;
  await exportAndCheck(organisation, soak, {
    window,
    flags: ['--format', format, ...compression, ...retries],
    ...(killMillis !== undefined && { killMillis }),
  });
}

/** Exports everything, including the server's own records: the proof must say that nothing was left out. */
export async function exportAll(organisation: SoakOrganisation, soak: SoakContext): Promise<void> {
  await exportAndCheck(organisation, soak, {
    window: undefined,
    flags: ['--format', 'ndjson', '--compress', 'zstd', '--include-system-services'],
  });
}

interface ExportRequest {
  readonly window: Window | undefined;
  readonly flags: readonly string[];
  /** When the command is killed in its first run. */
  readonly killMillis?: number;
}

/** Exports until it is complete. Checks each interruption and the result. A wrong export is not removed. */
async function exportAndCheck(
  organisation: SoakOrganisation,
  soak: SoakContext,
  { window, flags, killMillis }: ExportRequest,
): Promise<void> {
  const { acknowledgements, figures, server } = soak;
  const directory = await mkdtemp(join(soak.directory, 'exports', `${organisation.slug}-`));
  const acknowledged = acknowledgements.acknowledged.slice();
  const { from, to } = window ?? { from: soak.begin - 1e12, to: soak.begin + 1e12 };
  const times = ['--from', formatInstant(from), '--to', formatInstant(to)];
  const args = ['export', ...times, ...flags, '--proof', '--quiet', '--output', `${directory}/`];
  let runs = 1;
  let outcome = await annals(args, organisation, soak, killMillis);
  for (; outcome.code !== 0; runs += 1) {
    if (runs >= mostRuns) throw commandViolation(args, outcome);
    if (outcome.code !== null || killMillis === undefined) await checkCut(args, outcome, directory);
    await server.up();
    outcome = await annals([...args, '--resume'], organisation, soak);
  }
  const exported: Exported = { directory, window, acknowledged };
  await checkExported(exported, organisation, soak);
  figures.add('exports');
  if (runs > 1) figures.add('exports resumed');
  await rm(directory, { recursive: true });
}

/**
 * An interrupted export says so by its exit code, and in its manifest, if it has one. Files may be there when only the
 * proof is missing; then they are in the manifest.
 */
async function checkCut(
  args: readonly string[],
  outcome: Outcome,
  directory: string,
): Promise<void> {
  if (outcome.code !== 3 || !outcome.stderr.includes('--resume'))
    throw commandViolation(args, outcome);
  const visible = (await readdir(directory)).filter((name) => !name.startsWith('.'));
  const listed: string[] = [];
  for (const name of visible.filter((each) => each.endsWith('.manifest.json'))) {
    const text = await readFile(join(directory, name), 'utf8');
    const { complete, reason, continueWith, files } = JSON.parse(text) as Manifest;
    if (complete || !reason || !continueWith?.includes('--resume')) {
      throw new Violation(
        `An export that left with 3 has a manifest that does not say so: ${text}`,
      );
    }
    listed.push(name, ...files.map((file) => file.name));
  }
  if (visible.some((name) => !listed.includes(name))) {
    throw new Violation(`An export that left with 3 has files: ${visible.join(', ')}`);
  }
}
