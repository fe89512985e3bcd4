import { z } from 'zod';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { decodeBase64, encodeBase64 } from '../../integrity/base64.ts';
import { hashBytes } from '../../integrity/hash.ts';
import { saltBytes } from '../../integrity/personal.ts';

/**
 * The proof of an export, as a file of lines of JSON: a header, and then the sequences, hashes and salts of the exported
 * events in the order of the log, with the hashes of what was not exported between them. Read from the beginning, it leads
 * to the root of the checkpoint. Looked up by sequence, it says for each event what it must be, so that a report can name
 * the event that differs.
 */

export interface ProofHeader {
  /** Signed; everything leads to its root. */
  readonly checkpoint: string;
  /** The log's verifier keys, as the server gave them. They are a hint: the reader decides whom to trust. */
  readonly keys: readonly string[];
  /** Which fields of an event are personal. */
  readonly personalPaths: readonly string[];
  /** How many events were exported. */
  readonly entries: number;
  /** Personal fields were left out of the export. Then there are no salts either: these would help to guess the fields. */
  readonly redacted: boolean;
}

/** Events in a row. The last line of a proof has no events, only the hashes of what comes after them all. */
export interface ProofLine {
  /** Their sequences, as ranges `[from, to)`. */
  readonly runs: readonly (readonly [from: number, to: number])[];
  /** The hashes that collapse what was not exported before and between these events, left to right. */
  readonly hashes: Uint8Array;
  /**
   * 16 bytes for each event, one after the other; zeros for an event without personal fields, which needs none. Empty
   * when the export is redacted.
   */
  readonly salts: Uint8Array;
  /** Leaf hashes, one after the other. */
  readonly leaves: Uint8Array;
}

/** How many events a line has, so that one is found without reading much else. */
export const entriesPerLine = 256;
/** More than the longest line that we write: 256 events, each with the hashes of a gap before it. */
export const maxProofLineBytes = 4 * 1024 * 1024;

export function formatProofHeader(header: ProofHeader): string {
  return `${JSON.stringify({ proofVersion: 1, ...header })}\n`;
}

export function formatProofLine({ runs, hashes, salts, leaves }: ProofLine): string {
  const line = {
    runs,
    hashes: encodeBase64(hashes),
    salts: encodeBase64(salts),
    leaves: encodeBase64(leaves),
  };
  return `${JSON.stringify(line)}\n`;
}

const headerSchema = z.object({
  proofVersion: z.literal(1),
  checkpoint: z.string(),
  keys: z.array(z.string()).max(100),
  personalPaths: z.array(z.string()).max(1_000),
  entries: z.number().int().min(0),
  redacted: z.boolean(),
});

/** Throws `corrupt` for a text that is not the header of a proof. */
export function parseProofHeader(text: string): ProofHeader {
  const { proofVersion: _, ...header } = parse(
    headerSchema,
    text,
    'its first line is not a header',
  );
  return header;
}

const base64 = (unitBytes: number) =>
  z.string().transform((text, context): Uint8Array => {
    const bytes = decodeBase64(text);
    if (bytes !== undefined && bytes.length % unitBytes === 0) return bytes;
    context.addIssue({ code: 'custom', message: `is not base64 of ${unitBytes} bytes each` });
    return z.NEVER;
  });

const sequence = z.number().int().min(0);
const lineSchema = z
  .object({
    runs: z.array(z.tuple([sequence, sequence])).max(entriesPerLine),
    hashes: base64(hashBytes),
    salts: base64(saltBytes),
    leaves: base64(hashBytes),
  })
  .refine(({ runs, salts, leaves }) => {
    const count = runs.reduce((sum, [from, to]) => sum + (to - from), 0);
    const counted = leaves.length === count * hashBytes && count <= entriesPerLine;
    const rising = runs.every(([from, to], at) => from < to && from >= (runs[at - 1]?.[1] ?? 0));
    const salted = salts.length === 0 || salts.length === count * saltBytes;
    return counted && rising && salted;
  }, 'its runs, salts and leaves do not belong together');

/** Throws `corrupt` for a text that is not such a line; `number` counts from 1, with the header. */
export function parseProofLine(text: string, number: number): ProofLine {
  return parse(lineSchema, text, `line ${number} is not one of a proof`);
}

/** The salt of the event at an index of a line; undefined when the line has no salts. */
export function saltAt({ salts }: ProofLine, index: number): Uint8Array | undefined {
  const start = index * saltBytes;
  return salts.length === 0 ? undefined : salts.subarray(start, start + saltBytes);
}

function parse<S extends z.ZodType>(schema: S, text: string, problem: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const because = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AnnalsError('corrupt', `Cannot read the proof: ${problem} (${because})`, {
      cause: error,
    });
  }
}
