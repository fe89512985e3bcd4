import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { streamTextBody } from '../../http/streaming.ts';
import { encodeBase64 } from '../../integrity/base64.ts';
import type { Hash } from '../../integrity/hash.ts';
import { type LeafRange, multiproof } from '../../integrity/multiproof.ts';
import { consistencyProof, inclusionProof } from '../../integrity/proof.ts';
import type { Checkpoints } from '../../ledger/checkpoints/checkpoints.ts';
import { rootAt, treeNodeReader } from '../../ledger/log-tree.ts';
import { eventNotFound } from '../errors.ts';
import { flagParameter, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';

export interface ProofRouteDependencies
  extends Pick<DialectDependencies, 'reader' | 'admit' | 'recordRead' | 'reportFault'> {
  readonly checkpoints: Checkpoints;
}

/** Completes the sentence "Cannot …". */
const purpose = 'create the proof';

const defaultSize = 'that of the newest checkpoint by default';

const inclusionParameters = z.object({
  eventID: z.string().describe('The event to prove, by its id').exactOptional(),
  sequence: wholeNumberParameter(0).describe('The event to prove, by its sequence').exactOptional(),
  size: wholeNumberParameter(0)
    .describe(`Size of the log to prove it for; ${defaultSize}`)
    .exactOptional(),
  text: flagParameter
    .describe('Add the event as it was recorded, and its salt: what the leaf is computed from')
    .exactOptional(),
});

const consistencyParameters = z.object({
  from: wholeNumberParameter(0).describe('The smaller size'),
  to: wholeNumberParameter(0).describe(`The larger size; ${defaultSize}`).exactOptional(),
});

/** As in a query. The document would not say what a double can hold. */
const maxSize = 999_999_999_999_999;
const nonNegativeInteger = z
  .int()
  .min(0, 'must not be below 0')
  .max(maxSize, `must not be above ${maxSize}`);
const isIntegerPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);

/** An export is one run. A command that proves a scattered choice asks for fewer than these at a time. */
const maxRuns = 50_000;

/** A page that somebody looks at; exports have another way. */
const maxTexts = 1_000;

/** The document takes it from here. A schema of zod would collect what is wrong with each of 50,000 runs. */
const runSchema = {
  type: 'array',
  items: { type: 'integer', minimum: 0, maximum: maxSize },
  minItems: 2,
  maxItems: 2,
} as const;

/** Stops at the first wrong run. */
function toRuns(runs: unknown[], context: z.RefinementCtx): [number, number][] {
  const wrong = runs.findIndex((run) => !isIntegerPair(run));
  if (wrong < 0) return runs as [number, number][];
  context.addIssue({ code: 'custom', path: [wrong], message: 'must be two whole numbers' });
  return z.NEVER;
}

const multiproofRequestSchema = z
  .strictObject({
    size: nonNegativeInteger.describe('Size of the log to prove the events for'),
    runs: z
      .array(z.unknown())
      .max(maxRuns, `must have at most ${maxRuns} runs: ask for the others in another request`)
      .transform(toRuns)
      .meta({ type: 'array', items: runSchema })
      .describe('Events [from, to) by their sequences, in order and without overlap'),
    texts: z
      .boolean()
      .describe(
        'Add the events as they were recorded, and their salts: what the leaves are computed from. For at most 1,000 events',
      )
      .exactOptional(),
  })
  .meta({ id: 'MultiproofRequest' });

const count = z.int().min(0);
const hash = z.string().describe('32 bytes in base64');

/** Both are absent when the event was dropped, the salt also when the event has no personal fields. */
const leafSource = {
  text: z
    .string()
    .describe('With text: the event as it was recorded, in canonical JSON; absent when dropped')
    .exactOptional(),
  salt: z
    .string()
    .describe('With text: 16 bytes in base64; absent for an event without personal fields')
    .exactOptional(),
};

const inclusionSchema = z
  .strictObject({
    sequence: count,
    size: count,
    root: hash,
    leaf: hash,
    hashes: z.array(hash).describe('From the leaf upwards (RFC 9162, 2.1.3)'),
    ...leafSource,
  })
  .meta({ id: 'InclusionProof' });

const consistencySchema = z
  .strictObject({
    from: count,
    to: count,
    hashes: z.array(hash).describe('As in RFC 9162, 2.1.4'),
  })
  .meta({ id: 'ConsistencyProof' });

const multiproofSchema = z
  .strictObject({
    size: count,
    root: hash,
    hashes: z.string().describe('Hashes of all subtrees without an event of a run, in base64'),
    texts: z
      .array(z.strictObject(leafSource))
      .describe('With texts: of each event of the runs, in their order')
      .exactOptional(),
  })
  .meta({ id: 'Multiproof' });

/** Each run has a list and two numbers, beside the object, the list of runs and the size. */
const multiproofLimits = { maxBytes: 1024 * 1024, maxValues: 3 * maxRuns + 3 };

/** Proofs about the caller's log. Everything about trees is in `integrity/`; here they meet the store. */
export function proofRoutes({
  reader,
  admit,
  recordRead,
  reportFault,
  checkpoints,
}: ProofRouteDependencies): readonly ApiRoute[] {
  const inclusion = route(
    'GET',
    '/v1/audit/proof/inclusion',
    {
      operationId: 'getInclusionProof',
      tag: 'proofs',
      summary: 'Get the proof that an event is in the log',
      query: inclusionParameters,
      success: { status: 200, description: 'The proof', content: json(inclusionSchema) },
    },
    async (c, { query }) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const { identity } = caller.organisation;
      const { eventID, text, ...requested } = query(purpose);
      const sequence = requested.sequence ?? (await sequenceOf(identity, eventID));
      const size = await sizeOf(identity, requested.size);
      const tree = treeNodeReader(reader, identity, size);
      const hashes = await inclusionProof(sequence, size, tree);
      const leaf = await tree(0, sequence);
      const root = await rootAt(reader, identity, size);
      const range = { from: sequence, to: sequence + 1 };
      const [source] = text === true ? await leafSources(identity, [range]) : [];
      await recordRead(caller, 'audit_log.read', {
        proof: 'inclusion',
        sequence,
        size,
        ...(text === true && { text }),
      });
      return c.json({
        sequence,
        size,
        root: encodeBase64(root),
        leaf: encodeBase64(leaf),
        hashes: hashes.map(encodeBase64),
        ...source,
      });
    },
  );

  const consistency = route(
    'GET',
    '/v1/audit/proof/consistency',
    {
      operationId: 'getConsistencyProof',
      tag: 'proofs',
      summary: 'Get the proof that the log only grew',
      query: consistencyParameters,
      success: { status: 200, description: 'The proof', content: json(consistencySchema) },
    },
    async (c, { query }) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const { identity } = caller.organisation;
      const { from, ...requested } = query(purpose);
      const to = await sizeOf(identity, requested.to);
      const hashes = await consistencyProof(from, to, treeNodeReader(reader, identity, to));
      await recordRead(caller, 'audit_log.read', { proof: 'consistency', from, to });
      return c.json({ from, to, hashes: hashes.map(encodeBase64) });
    },
  );

  const multi = route(
    'POST',
    '/v1/audit/proof/multiproof',
    {
      operationId: 'createMultiproof',
      tag: 'proofs',
      summary: 'Create one proof for many events',
      body: multiproofRequestSchema,
      bodyLimits: multiproofLimits,
      success: { status: 200, description: 'The proof', content: json(multiproofSchema) },
    },
    async (c, { body }) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const { identity } = caller.organisation;
      const { runs, texts = false, ...requested } = await body(purpose);
      const size = await sizeOf(identity, requested.size);
      const ranges = runs.map(([from, to]): LeafRange => ({ from, to }));
      checkLeafRanges(ranges, size);
      const root = await rootAt(reader, identity, size);
      const sources = texts ? await leafSources(identity, ranges) : undefined;
      await recordRead(caller, 'audit_log.read', {
        proof: 'multiproof',
        runs: runs.length,
        size,
        ...(texts && { texts }),
      });
      const hashes = multiproof(size, ranges, treeNodeReader(reader, identity, size));
      const text = multiproofText(size, root, hashes, sources);
      const response = streamTextBody(text, c, { onFault: (fault) => reportFault?.(fault) });
      return new Response(response, { headers: { 'Content-Type': 'application/json' } });
    },
  );

  return [inclusion, consistency, multi];

  /** A size that the log has had; that of its newest checkpoint by default. */
  async function sizeOf(organisation: string, requested: number | undefined): Promise<number> {
    if (requested === undefined) return (await checkpoints.current(organisation)).size;
    const { size } = await reader.head(organisation);
    if (requested <= size) return requested;
    throw new AnnalsError(
      'invalid',
      `Cannot ${purpose}: the log has ${size} events, not ${requested}`,
    );
  }

  /** What the leaves of these events are computed from, in their order; nothing of an event that was dropped. */
  async function leafSources(
    organisation: string,
    ranges: readonly LeafRange[],
  ): Promise<LeafSource[]> {
    const count = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    if (count > maxTexts) {
      const message = `asks for the texts of ${count} events; the limit is ${maxTexts}`;
      throw new AnnalsError('invalid', `Cannot ${purpose}: ${message}`, {
        issues: [{ field: 'texts', message }],
      });
    }
    const found = new Map<number, LeafSource>();
    for (const range of ranges) {
      for await (const events of reader.scan(organisation, range)) {
        for (const { sequence, body, salt } of events) {
          found.set(sequence, { text: body, ...(salt && { salt: encodeBase64(salt) }) });
        }
      }
    }
    return ranges.flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, at) => found.get(from + at) ?? {}),
    );
  }

  async function sequenceOf(organisation: string, eventID: string | undefined): Promise<number> {
    if (eventID === undefined) {
      throw new AnnalsError('invalid', `Cannot ${purpose}: name the event by eventID or sequence`);
    }
    const event = await reader.get(organisation, eventID);
    if (event === undefined) throw eventNotFound();
    return event.sequence;
  }
}

/** What the leaf of an event is computed from. */
interface LeafSource {
  readonly text?: string;
  readonly salt?: string;
}

/** Rejects wrong ranges before the response begins: after that, its status cannot say it. */
function checkLeafRanges(ranges: readonly LeafRange[], size: number): void {
  let next = 0;
  for (const [index, { from, to }] of ranges.entries()) {
    if (from < next || to < from || to > size) {
      const message = `[${from},${to}] is not in order between ${next} and the size ${size}`;
      throw new AnnalsError('invalid', `Cannot ${purpose}: runs[${index}] ${message}`, {
        issues: [{ field: `runs[${index}]`, message }],
      });
    }
    next = to;
  }
}

/** Base64 writes three bytes as a group; this many hashes are whole groups. */
const hashesPerChunk = 768;

/** The response in chunks: a proof for scattered events may have tens of megabytes. */
async function* multiproofText(
  size: number,
  root: Hash,
  hashes: AsyncIterable<Hash>,
  texts: readonly LeafSource[] | undefined,
): AsyncGenerator<string> {
  yield `{"size":${size},"root":"${encodeBase64(root)}","hashes":"`;
  let waiting: Hash[] = [];
  for await (const next of hashes) {
    waiting.push(next);
    if (waiting.length < hashesPerChunk) continue;
    yield encodeBase64(Buffer.concat(waiting));
    waiting = [];
  }
  yield `${encodeBase64(Buffer.concat(waiting))}"`;
  if (texts !== undefined) yield `,"texts":${JSON.stringify(texts)}`;
  yield '}';
}
