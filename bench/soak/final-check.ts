import { annals, commandViolation } from './command.ts';
import { exportAll } from './exports.ts';
import { catchUp, sequenceFollower } from './followers.ts';
import { checkCounts } from './kills.ts';
import { noted, Violation } from './problems.ts';
import type { Readers } from './readers.ts';
import type { SoakContext } from './soak-context.ts';

/**
 * After all producers and readers have stopped: counts all events, reads them all again from the first one on, exports and
 * proves them, and compares the last checkpoints. Then the server is stopped in order, and its files are checked.
 */
export async function checkEverything(
  soak: SoakContext,
  { followers, checkpoints }: Pick<Readers, 'followers' | 'checkpoints'>,
): Promise<void> {
  const { server, organisations, problems } = soak;
  const check = (who: string, act: () => Promise<void>) =>
    noted(problems, `at the end, ${who}`, act);
  await check('counts', () => checkCounts(soak));
  await Promise.all(followers.map((each) => check(each.name, () => catchUp(each, soak))));
  await Promise.all(
    organisations.map(async (each) => {
      await check(`reading ${each.slug} again`, () => catchUp(sequenceFollower(each, soak), soak));
      await check(`exporting ${each.slug}`, () => exportAll(each, soak));
    }),
  );
  await Promise.all(checkpoints.map((each) => check('checkpoints', () => each.verify())));
  await check('stopping', () => server.stop());
  await check('annals check', () => checkFiles(soak));
}

async function checkFiles(soak: SoakContext): Promise<void> {
  const args = ['check', '--data', soak.server.data, '--json'];
  const outcome = await annals(args, soak.organisations[0]!, soak);
  if (outcome.code !== 0) throw commandViolation(args, outcome);
  const { files } = JSON.parse(outcome.stdout) as { files: number };
  const sealed = await soak.server.sealedSegments();
  if (files < sealed) throw new Violation(`annals check looked at ${files} files of ${sealed}`);
}
