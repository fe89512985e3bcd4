import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import { type Draft, ownService } from '../core/event.ts';
import { systemLog } from '../core/organisation.ts';
import { forEachConcurrent } from './for-each-concurrent.ts';
import type { Ledger } from './ledger.ts';

const lostSchema = z.object({
  organisation: z.string(),
  /** Events that were restored. */
  restored: z.number(),
  /** Events that the log is known to have had, by a checkpoint or a newer backup. */
  known: z.number(),
});

const restorationSchema = z.object({
  /** A random id: two servers from one backup have different ones. */
  id: z.string(),
  /** RFC 3339. */
  restoredAt: z.string(),
  /** The name of the backup, and when it was taken. */
  backup: z.string(),
  takenAt: z.string(),
  /** The id of the data directory that was backed up, and of this one, in hex. */
  from: z.string(),
  installation: z.string(),
  /** The logs that are known to lack events. */
  lost: z.array(lostSchema).readonly(),
});

/**
 * That a data directory was restored from a backup. `annals restore` leaves it in the directory, and the first start
 * records it in every log.
 */
export type Restoration = z.output<typeof restorationSchema>;
export type KnownLoss = z.output<typeof lostSchema>;

/** Throws `corrupt` for anything else than the JSON of a restoration. */
export function parseRestoration(text: string): Restoration {
  try {
    return restorationSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AnnalsError('corrupt', 'Cannot read how the data directory was restored', { cause });
  }
}

/** In how many logs it is recorded at a time. */
const maxConcurrent = 16;

/**
 * Records in each log that it was restored: its record has the sequence up to which events came from the backup. It has
 * an id of its own, so it may be called again after a crash, and is recorded once. Durable once resolved.
 */
export async function recordRestoration(
  restoration: Restoration,
  organisations: readonly string[],
  ledger: Pick<Ledger, 'record'>,
): Promise<void> {
  const { lost } = restoration;
  const losses = new Map(lost.map((loss) => [loss.organisation, loss]));
  const system = serverRestored(restoration);
  await ledger.record(systemLog.identity, [system]);
  await forEachConcurrent(organisations, maxConcurrent, async (organisation) => {
    await ledger.record(organisation, [
      logRestored(restoration, organisation, losses.get(organisation)),
    ]);
  });
}

function logRestored(
  { id, restoredAt, backup, takenAt }: Restoration,
  organisation: string,
  loss: KnownLoss | undefined,
): Draft {
  const known =
    loss === undefined
      ? 'What was recorded after it is lost'
      : `What was recorded after it is lost: ${loss.known - loss.restored} events or more`;
  return {
    eventID: `restore-${id}`,
    createdAt: restoredAt,
    action: 'audit_log.restore',
    description: `The log was restored from a backup. ${known}`,
    resourceType: 'audit_log',
    resourceIdentity: organisation,
    outcome: 'success',
    context: { system_service: ownService },
    details: {
      backup,
      takenAt,
      ...(loss && { restoredEvents: loss.restored, knownEvents: loss.known }),
    },
  };
}

function serverRestored({ id, restoredAt, lost, ...details }: Restoration): Draft {
  return {
    eventID: `restore-${id}`,
    createdAt: restoredAt,
    action: 'server.restore',
    description: 'The data directory was restored from a backup',
    outcome: 'success',
    details: { ...details, logsWithKnownLoss: lost.length },
  };
}
