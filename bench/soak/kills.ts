import { watch as watchFiles } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { countEvents } from './counter.ts';
import { noted } from './problems.ts';
import type { Readers } from './readers.ts';
import { type Draw, drawsOf, type SoakContext } from './soak-context.ts';

/** What the server must be doing when it is killed. */
const aims = ['anything', 'a seal', 'an export'] as const;
type Aim = (typeof aims)[number];

/** How long to wait for that moment, in milliseconds. */
const patience = 15_000;

export interface Kill {
  readonly aim: Aim;
  /** Files that the server was writing. */
  readonly cutFiles: readonly string[];
  /** Requests that record which the server was handling. */
  readonly cutRequests: number;
  /** The time from the start to listening. */
  readonly startMillis: number;
}

/**
 * Kills the server at intervals. Between two kills the followers must catch up, and `annals verify` must prove that the log
 * of one organisation, another one each time, has only grown.
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
    for (const { name, seen } of followers) {
      await noted(problems, name, async () => seen.complete(acknowledged, acknowledgements.sent));
    }
    acknowledged = acknowledgements.acknowledged.slice();
    await noted(problems, 'kill', async () => killed(await kill(number, soak, draw)));
    const watch = checkpoints[number % checkpoints.length]!;
    verified = verified.then(() => noted(problems, 'checkpoint', () => watch.verify()));
  }
  await verified;
}

/**
 * Kills the server with -9 and starts it again. Before anybody records again, the events of each producer are counted: each
 * earlier request must be there as a whole or not at all, and as a whole if it was acknowledged.
 */
async function kill(number: number, soak: SoakContext, draw: Draw): Promise<Kill> {
  const { server, recording, problems } = soak;
  const aim = aims[(number - 1) % aims.length]!;
  await waitFor(aim, soak);
  await sleep(draw(200));
  await somebodyRecords(soak);
  await sleep(draw(6));
  const cutRequests = recording.sharing;
  const recorded = recording.lock();
  try {
    const { startMillis, cut } = await server.kill();
    await recorded;
    await noted(problems, 'counts after a kill', () => checkCounts(soak));
    return { aim, cutFiles: cut, cutRequests, startMillis };
  } finally {
    recording.unlock();
  }
}

/** Throws `Violation` unless the log has a possible number of events of every producer. Nobody may record meanwhile. */
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

/** Waits for a request, because a kill between two requests would show little. There may be none left at the end. */
async function somebodyRecords({ recording }: SoakContext): Promise<void> {
  for (let tries = 0; tries < 2_000 && recording.sharing === 0; tries += 1) await sleep(1);
}

/** Resolves when the server begins what is aimed at, or after too long a wait. */
async function waitFor(aim: Aim, { server, directory }: SoakContext): Promise<void> {
  if (aim === 'anything') return;
  const [watched, sign] =
    aim === 'a seal'
      ? [join(server.data, 'segments'), /\.part$/]
      : [join(directory, 'exports'), /\.annals-export-/];
  const seen = Promise.withResolvers<void>();
  const watcher = watchFiles(watched, { recursive: true }, (_, name) => {
    if (name !== null && sign.test(name)) seen.resolve();
  });
  try {
    await Promise.race([seen.promise, sleep(patience, undefined, { ref: false })]);
  } finally {
    watcher.close();
  }
}
