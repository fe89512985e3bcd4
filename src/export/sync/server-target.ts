import { type AnnalsEndpoint, annalsRequest } from '../../client/annals-api.ts';
import { checkReceipt, readReceipt } from '../../client/receipt.ts';
import { type ClientDependencies, requestText } from '../../client/send-request.ts';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { type Draft, maxRequestBytes } from '../../core/event.ts';
import type { Entry } from '../stages.ts';
import type { SyncTarget } from './sync.ts';

/** Half the limit: the server counts more than we do here. */
const maxBodyBytes = maxRequestBytes / 2;
const maxReceiptBytes = 1024 * 1024;
/** How much of an event that is too large for the server is kept as text. */
const maxKeptCharacters = 16_000;

/**
 * Records events in an Annals server under their ids, so that repeating is harmless. An event that the server rejects does
 * not stop the others: an id that the server has with other content counts as recorded, and an event that it cannot accept
 * is recorded as a shorter one.
 */
export function serverTarget(
  dependencies: ClientDependencies,
  endpoint: AnnalsEndpoint,
  draftOf: (entry: Entry) => Draft,
): SyncTarget {
  const { notify } = dependencies.retry;

  async function record(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    try {
      await sendDrafts(dependencies, endpoint, entries.map(draftOf), signal);
    } catch (error) {
      const code = error instanceof AnnalsError ? error.code : undefined;
      if (code !== 'conflict' && code !== 'invalid' && code !== 'too-large') throw error;
      const [only] = entries;
      if (entries.length > 1) {
        const middle = Math.ceil(entries.length / 2);
        await record(entries.slice(0, middle), signal);
        await record(entries.slice(middle), signal);
      } else if (code === 'conflict') {
        notify(`The event ${only?.id} is recorded with other content already`);
      } else if (only !== undefined) {
        notify(`${messageOf(error)}; recording the event ${only.id} without what is too much`);
        await sendDrafts(
          dependencies,
          endpoint,
          [reducedDraft(draftOf(only), only, error)],
          signal,
        );
      }
    }
  }

  return {
    async deliver(entries, signal) {
      let batch: Entry[] = [];
      let bytes = 0;
      for (const entry of entries) {
        const size = Buffer.byteLength(entry.text);
        if (batch.length > 0 && bytes + size > maxBodyBytes) {
          await record(batch, signal);
          batch = [];
          bytes = 0;
        }
        batch.push(entry);
        bytes += size;
      }
      if (batch.length > 0) await record(batch, signal);
    },
    flush: async () => ({}),
  };
}

/** A shorter event in place of one that the server does not accept; the beginning of its text shows what it was. */
function reducedDraft(draft: Draft, { text }: Entry, error: unknown): Draft {
  const { eventID, createdAt, action } = draft;
  return {
    action,
    ...(eventID !== undefined && { eventID }),
    ...(createdAt !== undefined && { createdAt }),
    details: {
      refused: messageOf(error).slice(0, 1_000),
      characters: text.length,
      beginning: text.slice(0, maxKeptCharacters).toWellFormed(),
    },
  };
}

async function sendDrafts(
  dependencies: ClientDependencies,
  endpoint: AnnalsEndpoint,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<void> {
  const text = drafts.map((draft) => `${JSON.stringify(draft)}\n`).join('');
  const content = { text, type: 'application/x-ndjson' };
  const request = annalsRequest(endpoint, '/v1/audit/events', { method: 'POST', content });
  const limits = { status: 201, maxBytes: maxReceiptBytes };
  const receipt = await requestText(dependencies, request, signal, limits);
  checkReceipt(readReceipt(receipt, request), drafts.length);
}
