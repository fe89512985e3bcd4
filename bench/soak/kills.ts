import { watch as watchFiles } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { countEvents } from './counter.ts';
import { noted } from './problems.ts';
import type { Readers } from './readers.ts';
import { type Draw, drawsOf, type SoakContext } from './soak-context.ts';

/** What shall be under way when the server is killed. */
const aims = ['anything', 'a seal', 'an export'] as const;
type Aim = (typeof aims)[number];

/** How long an occasion is waited for, in milliseconds. */
const patience = 15_000;

export interface Kill {
  readonly aim: Aim;
  /** Files that were being written when it came. */
  readonly cutFiles: readonly string[];
  /** Requests that record which were under way. */
  readonly cutRequests: number;
  /** From the start to listening. */
  readonly startMillis: number;
}

/**
 * Kills the server every so often. Between one kill and the next, followers must get over it, and one organisation's log
 * is shown by `annals verify` to have only grown; the others have their turn.
 */
export async function killAgainAndAgain(
  soak: SoakContext,
  { followers, checkpoints }: Pick<Readers, 'followers' | 'checkpoints'>,
  killed: (kill: Kill) => void,
): Promise<void> {
  const { plan, acknowledgements, problems, begin, enough } = soak;
  const draw = drawsOf(plan, 'kills');
  let acknowledged = acknowledgements.acknowledged.slice();
  let verified: Promise<unknown> = Promise.resolve();
  for (let number = 1; number <= Math.floor(plan.seconds / plan.killSeconds); number += 1) {
    const at = begin / 1_000 + plan.killSeconds * (1_000 * number - 10 * draw(31));
    await sleep(Math.max(0, at - Date.now()), undefined, { signal: enough }).catch(() => {});
    if (enough.aborted) break;
    for (const { name, sightings } of followers) {
      await noted(problems, name, async () =>
        sightings.complete(acknowledged, acknowledgements.sent),
      );
    }
    acknowledged = acknowledgements.acknowledged.slice();
    await noted(problems, 'kill', async () => killed(await kill(number, soak, draw)));
    const watch = checkpoints[number % checkpoints.length]!;
    verified = verified.then(() => noted(problems, 'checkpoint', () => watch.verify()));
  }
  await verified;
}

/**
 * Kills the server with -9 and starts it again. Before anybody records again, every producer's events are counted: each
 * request of before must be there as a whole or not at all, and as a whole when it was acknowledged.
 */
async function kill(number: number, soak: SoakContext, draw: Draw): Promise<Kill> {
  const { server, recording, problems } = soak;
  const aim = aims[(number - 1) % aims.length]!;
  await occasion(aim, soak);
  await sleep(draw(200));
  await somebodyRecords(soak);
  await sleep(draw(6));
  const cutRequests = recording.inside;
  const recorded = recording.close();
  try {
    const { startMillis, cut } = await server.kill();
    await recorded;
    await noted(problems, 'counts after a kill', () => checkCounts(soak));
    return { aim, cutFiles: cut, cutRequests, startMillis };
  } finally {
    recording.open();
  }
}

/** Throws `Wrong` unless the log has of every producer a number of events that it can have. Nobody may record. */
export async function checkCounts(soak: SoakContext): Promise<void> {
  for (const organisation of soak.organisations) {
    for (const { name, producer } of organisation.streams) {
      soak.acknowledgements.found(
        producer,
        await countEvents(organisation, soak, { userIdentity: name }),
      );
    }
  }
}

/** A kill between two requests would tell little about what is acknowledged; but it may be that all is recorded. */
async function somebodyRecords({ recording }: SoakContext): Promise<void> {
  for (let tries = 0; tries < 2_000 && recording.inside === 0; tries += 1) await sleep(1);
}

/** Resolves when what is aimed at is seen to begin; or does not, for too long. */
async function occasion(aim: Aim, { server, place }: SoakContext): Promise<void> {
  if (aim === 'anything') return;
  const [directory, sign] =
    aim === 'a seal'
      ? [join(server.data, 'segments'), /\.part$/]
      : [join(place, 'exports'), /\.annals-export-/];
  const seen = Promise.withResolvers<void>();
  const watcher = watchFiles(directory, { recursive: true }, (_, name) => {
    if (name !== null && sign.test(name)) seen.resolve();
  });
  try {
    await Promise.race([seen.promise, sleep(patience, undefined, { ref: false })]);
  } finally {
    watcher.close();
  }
}
