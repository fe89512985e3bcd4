import { Hono } from 'hono';
import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import type { HttpEnv } from '../../http/env.ts';
import { readJson } from '../../http/json-body.ts';
import { streamTextBody } from '../../http/streaming.ts';
import { encodeBase64 } from '../../integrity/base64.ts';
import type { Hash } from '../../integrity/hash.ts';
import { type LeafRange, multiproof } from '../../integrity/multiproof.ts';
import { consistencyProof, inclusionProof } from '../../integrity/proof.ts';
import type { Checkpoints } from '../../ledger/checkpoints/checkpoints.ts';
import { rootAt, treeNodeReader } from '../../ledger/log-tree.ts';
import { methodNotAllowed } from '../errors.ts';
import { readParameters, wholeNumberParameter } from '../parameters.ts';

export interface ProofRouteDependencies
  extends Pick<DialectDependencies, 'reader' | 'admit' | 'recordRead' | 'reportFault'> {
  readonly checkpoints: Checkpoints;
}

const defaultSize = 'that of a checkpoint made on request by default';

export const inclusionParameters = z.object({
  eventID: z.string().describe('The event to prove').exactOptional(),
  sequence: wholeNumberParameter(0).describe('The event to prove, by its place').exactOptional(),
  size: wholeNumberParameter(0)
    .describe(`Size of the log to prove it for; ${defaultSize}`)
    .exactOptional(),
});

export const consistencyParameters = z.object({
  from: wholeNumberParameter(0).describe('The smaller size'),
  to: wholeNumberParameter(0).describe(`The larger size; ${defaultSize}`).exactOptional(),
});

const nonNegativeInteger = z.int().min(0, 'must not be below 0');
const isIntegerPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);

export const multiproofRequestSchema = z
  .strictObject({
    size: nonNegativeInteger.describe('Size of the log to prove them for'),
    runs: z
      .array(z.custom<[number, number]>(isIntegerPair, 'must be two whole numbers'))
      .describe('Events [from, to) by their places, in order and without overlap'),
  })
  .meta({ id: 'Runs' });

const hash = z.string().describe('32 bytes in base64');

export const inclusionSchema = z
  .strictObject({
    sequence: z.int(),
    size: z.int(),
    root: hash,
    leaf: hash,
    hashes: z.array(hash).describe('From the leaf upwards (RFC 9162, 2.1.3)'),
  })
  .meta({ id: 'InclusionProof' });

export const consistencySchema = z
  .strictObject({
    from: z.int(),
    to: z.int(),
    hashes: z.array(hash).describe('As in RFC 9162, 2.1.4'),
  })
  .meta({ id: 'ConsistencyProof' });

export const multiproofSchema = z
  .strictObject({
    size: z.int(),
    root: hash,
    hashes: z.string().describe('Hashes of all subtrees without an event of a run, in base64'),
  })
  .meta({ id: 'Multiproof' });

const maxMultiproofRequestBytes = 16 * 1024 * 1024;

/** Proofs about the caller's log. Everything about trees is in `integrity/`; here they meet the store. */
export function proofRoutes(dependencies: ProofRouteDependencies): Hono<HttpEnv> {
  const { reader, checkpoints } = dependencies;
  const app = new Hono<HttpEnv>();

  app.get('/v1/audit/proof/inclusion', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:read');
    const { identity } = caller.organisation;
    const { searchParams } = new URL(c.req.url);
    const { eventID, ...asked } = readParameters(inclusionParameters, searchParams, purpose);
    const sequence = asked.sequence ?? (await sequenceOf(identity, eventID));
    const size = await sizeOf(identity, asked.size);
    const tree = treeNodeReader(reader, identity, size);
    const hashes = await inclusionProof(sequence, size, tree);
    const leaf = await tree(0, sequence);
    const root = await rootAt(reader, identity, size);
    dependencies.recordRead(caller, 'audit_log.read', { proof: 'inclusion', sequence, size });
    return c.json({
      sequence,
      size,
      root: encodeBase64(root),
      leaf: encodeBase64(leaf),
      hashes: hashes.map(encodeBase64),
    });
  });

  app.get('/v1/audit/proof/consistency', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:read');
    const { identity } = caller.organisation;
    const { searchParams } = new URL(c.req.url);
    const { from, ...asked } = readParameters(consistencyParameters, searchParams, purpose);
    const to = await sizeOf(identity, asked.to);
    const hashes = await consistencyProof(from, to, treeNodeReader(reader, identity, to));
    dependencies.recordRead(caller, 'audit_log.read', { proof: 'consistency', from, to });
    return c.json({ from, to, hashes: hashes.map(encodeBase64) });
  });

  app.post('/v1/audit/proof/multiproof', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:read');
    const { identity } = caller.organisation;
    const { runs, ...asked } = await readJson(
      c.req.raw,
      multiproofRequestSchema,
      purpose,
      maxMultiproofRequestBytes,
    );
    const size = await sizeOf(identity, asked.size);
    const inOrder = runs.map(([from, to]): LeafRange => ({ from, to }));
    checkLeafRanges(inOrder, size);
    const root = await rootAt(reader, identity, size);
    dependencies.recordRead(caller, 'audit_log.read', {
      proof: 'multiproof',
      runs: runs.length,
      size,
    });
    const hashes = multiproof(size, inOrder, treeNodeReader(reader, identity, size));
    const text = multiproofText(size, root, hashes);
    const body = streamTextBody(text, c.env ?? {}, (fault) => dependencies.reportFault?.(fault));
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  });

  for (const kind of ['inclusion', 'consistency']) {
    app.all(`/v1/audit/proof/${kind}`, (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  }
  app.all('/v1/audit/proof/multiproof', (c) => methodNotAllowed(c.req.method, 'POST'));
  return app;

  /** A size that the log has had; without one, that of its newest checkpoint. */
  async function sizeOf(organisation: string, asked: number | undefined): Promise<number> {
    if (asked === undefined) return (await checkpoints.current(organisation)).size;
    const { size } = await reader.head(organisation);
    if (asked <= size) return asked;
    throw new AnnalsError('invalid', `Cannot ${purpose}: the log has ${size} events, not ${asked}`);
  }

  async function sequenceOf(organisation: string, eventID: string | undefined): Promise<number> {
    if (eventID === undefined) {
      throw new AnnalsError('invalid', `Cannot ${purpose}: name the event by eventID or sequence`);
    }
    const event = await reader.get(organisation, eventID);
    if (event !== undefined) return event.sequence;
    throw new AnnalsError('not-found', 'There is no event of this id in the organisation’s log');
  }
}

/** Completes the sentence "Cannot …". */
const purpose = 'make the proof';

/** Refuses wrong runs while there is still a status to say it with. */
function checkLeafRanges(ranges: readonly LeafRange[], size: number): void {
  let next = 0;
  for (const [place, { from, to }] of ranges.entries()) {
    if (from < next || to < from || to > size) {
      const message = `[${from},${to}] is not in order between ${next} and the size ${size}`;
      throw new AnnalsError('invalid', `Cannot ${purpose}: runs[${place}] ${message}`, {
        issues: [{ field: `runs[${place}]`, message }],
      });
    }
    next = to;
  }
}

/** A whole number of hashes that is one of base64's groups of three bytes. */
const hashesPerChunk = 768;

/** The answer, piece by piece: a proof for scattered events may be tens of megabytes. */
async function* multiproofText(
  size: number,
  root: Hash,
  hashes: AsyncIterable<Hash>,
): AsyncGenerator<string> {
  yield `{"size":${size},"root":"${encodeBase64(root)}","hashes":"`;
  let waiting: Hash[] = [];
  for await (const next of hashes) {
    waiting.push(next);
    if (waiting.length < hashesPerChunk) continue;
    yield encodeBase64(Buffer.concat(waiting));
    waiting = [];
  }
  yield `${encodeBase64(Buffer.concat(waiting))}"}`;
}
