import { type BackoffLimits, backoffMillis } from '../core/backoff.ts';
import { AnnalsError } from '../core/errors.ts';
import { formatInstant, type Micros } from '../core/micros.ts';
import { randomFraction } from '../core/random.ts';
import { uuidV7Generator } from '../core/uuid.ts';
import { Delivery } from './delivery.ts';
import { fitDraft, type RecorderDraft } from './fit-draft.ts';
import { LossCounter, type Losses, type LossReason, lossesDraft } from './losses.ts';
import { type RecorderOptions, recorderSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import { createSendDrafts } from './send-drafts.ts';

/** Records what an application does in a log on an Annals server. */
export interface Recorder {
  /**
   * Copies the draft, adds its id and, if it has none, its time, and queues it. Never waits and never throws. Returns the
   * id, or undefined when the event was lost: no room, no action, or after `close()`. Events reach the log in the order
   * in which they were recorded, each once.
   */
  record(draft: RecorderDraft): string | undefined;
  /**
   * Resolves with true once the server has accepted or rejected everything recorded so far, with false when the time is
   * up first. Never rejects.
   */
  flush(timeoutMs?: number): Promise<boolean>;
  /** Like `flush`, and then ends: what still waits, or is recorded later, is lost and counted. */
  close(timeoutMs?: number): Promise<boolean>;
  readonly stats: RecorderStats;
}

/** Counts since the start. `recorded` = `delivered` + `lost` + what waits. */
export interface RecorderStats {
  /** Calls of `record`. */
  readonly recorded: number;
  /** Events of the application that the log has for certain. */
  readonly delivered: number;
  /** Events of the application that the log does not have; after a `close()` that ran out of time, perhaps has. */
  readonly lost: number;
  readonly lostBy: Readonly<Partial<Record<LossReason, number>>>;
  /** How many wait now, the recorder's own event about losses included. */
  readonly waitingEvents: number;
  readonly waitingBytes: number;
}

/** Throws `invalid` when an option cannot work. The recorder itself never throws. */
export function createRecorder(options: RecorderOptions): Recorder {
  const settings = recorderSettings(options);
  const { clock, random, schedule } = settings;
  const nextId = uuidV7Generator(clock, random);
  const outbox = new Outbox(settings.maxQueueEvents, settings.maxQueueBytes);
  const losses = new LossCounter();
  const backoff: BackoffLimits = {
    firstMillis: settings.minRetryMs,
    maxMillis: settings.maxRetryMs,
  };
  let recorded = 0;
  let delivered = 0;
  let closing: Promise<boolean> | undefined;

  const delivery = new Delivery(settings, {
    outbox,
    schedule,
    sendDrafts: createSendDrafts(settings),
    retryDelayMs: (failures, slowly) =>
      backoffMillis(slowly ? Number.POSITIVE_INFINITY : failures, backoff, () =>
        randomFraction(random),
      ),
    hasLosses,
    reportLosses,
    onDelivered(events) {
      losses.resume();
      delivered += events.filter((event) => event.reportedLosses === undefined).length;
    },
    onRejected(events) {
      for (const event of events) {
        if (event.reportedLosses === undefined) losses.add('refused', event.at);
        else losses.restore(event.reportedLosses);
      }
    },
    onError: report,
  });

  function record(draft: RecorderDraft): string | undefined {
    recorded += 1;
    const at = clock();
    if (closing !== undefined) return lose('closed', at, 'the recorder is closed');
    const queued = enqueue(draft, at);
    if (queued.reason !== undefined) return lose(queued.reason, at, queued.problem);
    delivery.wake();
    return queued.eventID;
  }

  function enqueue(draft: RecorderDraft, at: Micros, reportedLosses?: Losses): Queued {
    const event = fitDraft(draft, { eventID: nextId(), createdAt: formatInstant(at) });
    if (typeof event === 'string') return { reason: 'unrecordable', problem: event };
    const { eventID, text, bytes } = event;
    if (outbox.offer({ text, bytes, at, ...(reportedLosses && { reportedLosses }) }))
      return { eventID };
    return { reason: 'queue-full', problem: `${outbox.length} events are waiting already` };
  }

  function lose(reason: LossReason, at: Micros, problem: string): undefined {
    const isFirst = losses.add(reason, at);
    if (isFirst) report(new AnnalsError('incomplete', `Cannot record an event: ${problem}`));
    delivery.wake();
  }

  function hasLosses(): boolean {
    return losses.unreported !== undefined;
  }

  function reportLosses(): void {
    const { unreported } = losses;
    if (unreported === undefined) return;
    const queued = enqueue(lossesDraft(unreported), clock(), unreported);
    if (queued.reason === undefined) losses.markReported();
  }

  function flush(timeoutMs = settings.closeTimeoutMs): Promise<boolean> {
    reportLosses();
    delivery.wake();
    const number = outbox.lastNumber;
    return delivery.waitUntil(() => outbox.hasSettled(number), timeoutMs);
  }

  async function drainAndStop(timeoutMs: number): Promise<boolean> {
    delivery.wake();
    delivery.hurry();
    const done = await delivery.waitUntil(() => outbox.length === 0 && !hasLosses(), timeoutMs);
    delivery.stop();
    const left = outbox.drain().filter((event) => event.reportedLosses === undefined);
    for (const event of left) losses.add('closed', event.at);
    if (left.length > 0) {
      const problem = `${left.length} events were still waiting after ${timeoutMs} ms`;
      report(new AnnalsError('incomplete', `Cannot close the recorder without loss: ${problem}`));
    }
    return done;
  }

  function report(error: AnnalsError): void {
    try {
      settings.onError(error);
    } catch {
      // An error of the application's own function must not disturb the recorder.
    }
  }

  return {
    record,
    flush,
    close(timeoutMs = settings.closeTimeoutMs) {
      closing ??= drainAndStop(timeoutMs);
      return closing;
    },
    get stats() {
      return {
        recorded,
        delivered,
        lost: losses.lost,
        lostBy: losses.lostBy,
        waitingEvents: outbox.length,
        waitingBytes: outbox.bytes,
      };
    },
  };
}

type Queued =
  | { readonly eventID: string; readonly reason?: undefined }
  | { readonly reason: LossReason; readonly problem: string };
