import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Receipt } from './acknowledgements.ts';
import { Interrupted } from './client.ts';
import { type Draw, drawsOf, type SoakContext } from './soak-context.ts';
import { countDue, createdAtOf, draftOf, type Stream } from './streams.ts';

/** Most events in a request of a producer that is behind. */
const mostAtOnce = 1_000;

/**
 * Records the events of a stream as they become due, in batches of 1 to 250, larger when it is behind. A batch without a
 * response is sent again, with or without events that became due since. Now and then it repeats old acknowledged events.
 */
export async function produce(stream: Stream, soak: SoakContext): Promise<void> {
  const { acknowledgements, recording, problems, figures } = soak;
  const { producer, total } = stream;
  const draw = drawsOf(soak.plan, stream.name);
  while (acknowledgements.acknowledged[producer]! < total && !soak.enough.aborted) {
    const batch = await nextBatch(stream, soak, draw);
    const repeats = batch.from < acknowledgements.sent[producer]!;
    try {
      await recording.share(() => send(stream, batch, soak));
      if (repeats) figures.add('batches repeated');
    } catch (error) {
      if (error instanceof Interrupted) continue;
      problems.add(stream.name, error);
      await sleep(1_000);
    }
  }
}

async function send(stream: Stream, batch: Batch, soak: SoakContext): Promise<void> {
  const { acknowledgements, client, organisations, figures } = soak;
  const { producer, organisation } = stream;
  const { from, to } = batch;
  const { key } = organisations[organisation]!;
  const events = Array.from({ length: to - from }, (_, directory) =>
    draftOf(stream, from + directory),
  );
  acknowledgements.sending(producer, batch);
  let receipt: Receipt;
  try {
    receipt = await client.post('/v1/audit/events', key, { events }, figures.writes);
  } catch (error) {
    acknowledgements.unanswered(producer, batch);
    throw error;
  }
  acknowledgements.received(producer, batch, receipt);
}

async function nextBatch(
  stream: Stream,
  { acknowledgements }: SoakContext,
  draw: Draw,
): Promise<Batch> {
  const { producer } = stream;
  const [from, sent] = [acknowledgements.acknowledged[producer]!, acknowledgements.sent[producer]!];
  if (sent > from) {
    const more = draw(2) === 0 ? 0 : drawLength(draw);
    return { from, to: Math.max(sent, Math.min(sent + more, countDue(stream, now()))) };
  }
  if (from > 0 && draw(100) === 0) {
    const old = draw(from);
    return { from: old, to: Math.min(old + 1 + draw(20), from) };
  }
  while (countDue(stream, now()) <= from) {
    const due = createdAtOf(stream, from) + stream.late;
    await sleep(Math.max(0, (due - now()) / 1_000 + 1));
  }
  const waiting = countDue(stream, now()) - from;
  const length = Math.max(drawLength(draw), Math.min(waiting >> 1, mostAtOnce));
  return { from, to: from + Math.min(length, waiting) };
}

/** One event in half of the cases; 20 on average. */
function drawLength(draw: Draw): number {
  const kind = draw(10);
  if (kind < 5) return 1;
  return kind < 9 ? 2 + draw(20) : 50 + draw(201);
}

const now = () => Date.now() * 1_000;
