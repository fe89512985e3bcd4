import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Acknowledgements } from './acknowledgements.ts';
import { SoakClient } from './client.ts';
import type { SoakPlan } from './plan.ts';
import type { Problems } from './problems.ts';
import { Figures } from './progress.ts';
import { SoakServer } from './server.ts';
import { SharedLock } from './shared-lock.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';
import { planStreams } from './streams.ts';

/** Starts a server on a new data directory in `directory`, and creates its organisations. Events are due from now on. */
export async function openSoak(
  plan: SoakPlan,
  directory: string,
  problems: Problems,
  enough: AbortController,
): Promise<SoakContext> {
  const data = join(directory, 'data');
  for (const name of [data, join(directory, 'exports'), join(directory, 'checkpoints')]) {
    await mkdir(name, { recursive: true });
  }
  const flags = ['--segment-events', String(plan.segmentEvents)];
  const server = await SoakServer.start(
    data,
    [...flags, '--cockroachdb-requests-per-second', '0'],
    problems,
    () => enough.abort(),
  );
  const keys: string[] = [];
  for (let number = 0; number < plan.organisations; number += 1) {
    keys.push((await server.organisation(slugOf(number))).key);
  }
  const client = new SoakClient(server);
  const { body } = await client.get<{ current: string }>('/v1/audit/keys', keys[0]!);
  const begin = Date.now() * 1_000;
  const streams = planStreams(plan, begin);
  const organisations = keys.map(
    (key, number): SoakOrganisation => ({
      slug: slugOf(number),
      key,
      streams: streams.filter(({ organisation }) => organisation === number),
    }),
  );
  return {
    plan,
    begin,
    directory,
    server,
    client,
    organisations,
    verifierKey: body.current,
    acknowledgements: new Acknowledgements(plan.producers),
    recording: new SharedLock(),
    figures: new Figures(),
    problems,
    enough: enough.signal,
  };
}

const slugOf = (number: number) => `soak-${number}`;
