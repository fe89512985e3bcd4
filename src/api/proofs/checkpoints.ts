import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import { decodeUtf8 } from '../../core/utf8.ts';
import { readBody } from '../../http/body.ts';
import { personalPathsOf } from '../../integrity/personal.ts';
import type { IssuedCheckpoint } from '../../ledger/checkpoints/archive.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import type { ProofRouteDependencies } from './proofs.ts';

/** The keys by which checkpoints of this server are verified, as text. */
export interface VerifierKeys {
  readonly current: string;
  /** Of the keys that signed before, the latest first, each with the size of this log up to which it signed. */
  readonly previous: (organisation: string) => readonly string[];
  readonly witnesses: readonly string[];
}

export interface CheckpointRouteDependencies extends ProofRouteDependencies {
  readonly verifierKeys: VerifierKeys;
}

const verifierKeysSchema = z
  .strictObject({
    current: z.string().describe('Verifier key of the server: <name>+<id>+<base64>'),
    previous: z
      .array(z.string())
      .describe(
        'Of the keys that signed before, the latest first; after a space, the size of the log up to which each one vouches',
      ),
    witnesses: z.array(z.string()).describe('Of the witnesses whose cosignatures are kept'),
    personalPaths: z
      .array(z.string())
      .describe('The fields of an event that its leaf has a commitment for'),
  })
  .meta({ id: 'VerifierKeys' });

/** Room for a checkpoint with a hundred cosignatures. */
const maxCheckpointBytes = 64 * 1024;

/** Signed heads of the caller's log, what witnesses sign about them, and the keys to verify both. */
export function checkpointRoutes({
  admit,
  recordRead,
  checkpoints,
  verifierKeys,
}: CheckpointRouteDependencies): readonly ApiRoute[] {
  const get = route(
    'GET',
    '/v1/audit/checkpoint',
    {
      operationId: 'getCheckpoint',
      tag: 'proofs',
      summary: 'Get the newest checkpoint, signed on request, or the one issued at a size',
      query: z.object({
        size: wholeNumberParameter(0)
          .describe('The checkpoint issued at this size')
          .exactOptional(),
      }),
      success: {
        status: 200,
        description: 'A signed note (C2SP tlog-checkpoint)',
        content: { 'text/plain': z.string() },
      },
    },
    async (c, { query }) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const { size } = query('give the checkpoint');
      const { identity } = caller.organisation;
      const checkpoint =
        size === undefined
          ? await checkpoints.current(identity)
          : await checkpoints.ofSize(identity, size);
      if (checkpoint === undefined) {
        throw new AnnalsError('not-found', `No checkpoint was issued at size ${size}`);
      }
      await recordRead(caller, 'audit_log.read', { checkpoint: checkpoint.size });
      return checkpointResponse(checkpoint);
    },
  );

  const cosign = route(
    'POST',
    '/v1/audit/checkpoint/cosignatures',
    {
      operationId: 'addCosignatures',
      tag: 'proofs',
      summary: 'Add the cosignatures of witnesses to a checkpoint',
      content: {
        'text/plain': z.string().describe('The checkpoint with the witnesses’ lines below it'),
      },
      success: {
        status: 200,
        description: 'The checkpoint with all cosignatures that are kept',
        content: { 'text/plain': z.string() },
      },
      errors: [409],
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const message = decodeUtf8(await readBody(c.req.raw, maxCheckpointBytes));
      return checkpointResponse(await checkpoints.cosign(caller.organisation.identity, message));
    },
  );

  const keys = route(
    'GET',
    '/v1/audit/keys',
    {
      operationId: 'getVerifierKeys',
      tag: 'proofs',
      summary: 'Get the keys by which checkpoints are verified',
      success: { status: 200, description: 'Verifier keys', content: json(verifierKeysSchema) },
    },
    (c) => {
      const { organisation } = admit(c.req.raw, 'audit_log:read');
      return c.json({
        ...verifierKeys,
        previous: verifierKeys.previous(organisation.identity),
        personalPaths: personalPathsOf(organisation),
      });
    },
  );

  return [get, cosign, keys];
}

function checkpointResponse({ message }: IssuedCheckpoint): Response {
  return new Response(message, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}
