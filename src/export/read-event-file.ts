import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { unguardFormula } from '../core/csv.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { readJsonArray } from '../core/json/array-reader.ts';
import { readLines } from '../core/lines.ts';
import { decodeUtf8Chunks } from '../core/utf8.ts';
import { parseCsv } from './read-csv.ts';

/** Keys of the events in an object around them: of tcloud, of the lists of the three vendors, of CloudTrail. */
const arrayKeys = ['logs', 'items', 'audit_logs', 'entries', 'events', 'Records'];

/** The column of a CSV export that holds the whole event (`docs/use/exporting.md`). */
const wholeEventColumn = 'event';

/** The texts of consecutive events. */
export interface EventBatch {
  readonly texts: readonly string[];
  /** In NDJSON, the number of each one's line, from 1. */
  readonly lines?: readonly number[];
}

/**
 * Reads what an export wrote, and files like it: a JSON array, an object around one, NDJSON, CSV with the whole event in
 * a column; plain, gzip or zstd. The bytes show which it is. Yields the text of each event, in batches. It needs the
 * memory of a batch, however long the file is.
 *
 * @param name what errors call the input
 */
export async function* readEventFile(
  input: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<EventBatch> {
  const plain = await decompressed(input);
  const { first, rest } = await peek(plain);
  const text = Buffer.from(first)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  try {
    if (text === '') return;
    if (text.startsWith('{') && !hasEnvelope(text)) {
      yield* eventLines(readLines(rest));
      return;
    }
    const batches = /^[[{]/.test(text) ? readJsonArray(rest, { arrayKeys }) : csvEvents(rest);
    for await (const texts of batches) yield { texts };
  } catch (cause) {
    if (cause instanceof AnnalsError)
      throw new AnnalsError(cause.code, `${name}: ${cause.message}`, { cause });
    throw new AnnalsError('corrupt', `${name} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Whether the text begins with an object around the events, and not with the first event of NDJSON. The first line
 * decides: in NDJSON it is a whole object.
 */
function hasEnvelope(text: string): boolean {
  if (!text.startsWith('{')) return false;
  const line = text.split('\n', 1)[0] ?? '';
  if (new RegExp(`^\\{\\s*"(?:${arrayKeys.join('|')})"\\s*:\\s*\\[`).test(text)) return true;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return arrayKeys.some((key) => Array.isArray(value[key]));
  } catch {
    // The first line is not a whole object: it goes on in the next line, or is longer than what was read.
    return /\n/.test(text.slice(0, 4_096)) || !/"(?:eventID|cloud_event_id|id)"/.test(line);
  }
}

/** The lines that are not empty, and their numbers. */
async function* eventLines(batches: AsyncIterable<string[]>): AsyncGenerator<EventBatch> {
  let number = 0;
  for await (const batch of batches) {
    const texts: string[] = [];
    const lines: number[] = [];
    for (const text of batch) {
      number += 1;
      if (text.trim() === '') continue;
      texts.push(text);
      lines.push(number);
    }
    yield { texts, lines };
  }
}

async function* csvEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let column = -1;
  let batch: string[] = [];
  try {
    for await (const row of parseCsv(decodeUtf8Chunks(chunks))) {
      if (column < 0) {
        column = row.indexOf(wholeEventColumn);
        if (column >= 0) continue;
        throw new AnnalsError(
          'invalid',
          `it is neither JSON nor CSV with a column "${wholeEventColumn}"`,
        );
      }
      batch.push(unguardFormula(row[column] ?? ''));
      if (batch.length < 1_000) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    // The rows before one that cannot be read are good.
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

/** Reads the first bytes, and gives them back before the rest. */
async function peek(input: AsyncIterable<Uint8Array>) {
  const chunks = input[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let length = 0;
  while (length < 65_536) {
    const { done, value } = await chunks.next();
    if (done) break;
    // A copy: the input may use the memory of a chunk again.
    seen.push(new Uint8Array(value));
    length += value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield* seen;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { first: Buffer.concat(seen), rest: rest() };
}

/** Recognised by the first bytes: gzip begins with 1f 8b, a zstd frame with 28 b5 2f fd. */
async function decompressed(input: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { first, rest } = await peek(input);
  const hex = first.subarray(0, 4).toString('hex');
  const decompress = hex.startsWith('1f8b')
    ? createGunzip()
    : hex === '28b52ffd'
      ? createZstdDecompress()
      : undefined;
  if (decompress === undefined) return rest;
  const output = new PassThrough();
  pipeline(rest, decompress, output).catch((error: Error) => output.destroy(error));
  return output;
}
