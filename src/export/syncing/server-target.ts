import { AnnalsError, messageOf } from '../../core/errors.ts';
import { type Draft, maxRequestBytes } from '../../core/event.ts';
import { readSmallText, refusalOf } from '../asking/answers.ts';
import type { Question } from '../asking/ask.ts';
import type { ClientParts } from '../asking/client-parts.ts';
import { patiently } from '../asking/patience.ts';
import type { Entry } from '../stages.ts';
import type { SyncTarget } from './sync.ts';

export interface ServerEndpoint {
  /** Base URL, without a slash at the end. */
  readonly api: string;
  readonly token: string;
  readonly organisation: string | undefined;
}

/** Room for what the server counts and we do not. */
const maxBodyBytes = maxRequestBytes / 2;
/** How much of an event too big for the server is kept as text. */
const maxKeptCharacters = 16_000;

/**
 * Records events in an Annals server under their ids, which makes repeating harmless. One that the server refuses does
 * not hold up the others: an id it has with other content counts as there; one it cannot take, for its size, is
 * recorded as far as it can.
 */
export function serverTarget(
  parts: ClientParts,
  endpoint: ServerEndpoint,
  draftOf: (entry: Entry) => Draft,
): SyncTarget {
  const { note } = parts.patience;

  async function record(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    try {
      await post(parts, endpoint, entries.map(draftOf), signal);
    } catch (error) {
      const code = error instanceof AnnalsError ? error.code : undefined;
      if (code !== 'conflict' && code !== 'invalid' && code !== 'too-large') throw error;
      const [only] = entries;
      if (entries.length > 1) {
        const middle = Math.ceil(entries.length / 2);
        await record(entries.slice(0, middle), signal);
        await record(entries.slice(middle), signal);
      } else if (code === 'conflict') {
        note(`The event ${only?.id} is recorded with other content already`);
      } else if (only !== undefined) {
        note(`${messageOf(error)}; recording the event ${only.id} as far as it can be`);
        await post(parts, endpoint, [reduced(draftOf(only), only, error)], signal);
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
    settle: async () => ({}),
  };
}

/** What is left of an event the server will not take whole; its beginning shows what it was. */
function reduced(draft: Draft, { text }: Entry, error: unknown): Draft {
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

async function post(
  parts: ClientParts,
  { api, token, organisation }: ServerEndpoint,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<void> {
  const question: Question = {
    url: new URL(`${api}/v1/audit/events`),
    method: 'POST',
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-ndjson',
      ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
    },
    body: drafts.map((draft) => `${JSON.stringify(draft)}\n`).join(''),
  };
  await patiently(parts.patience, signal, async () => {
    const answer = await parts.ask(question, signal);
    if (answer.status !== 201) throw await refusalOf(answer, question, parts.clock);
    await readSmallText(answer, 1024 * 1024);
  });
}
