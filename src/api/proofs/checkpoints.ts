import { Hono } from 'hono';
import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import { decodeUtf8 } from '../../core/json/parse-json.ts';
import { readBody } from '../../http/body.ts';
import { personalPathsOf } from '../../integrity/personal.ts';
import type { IssuedCheckpoint } from '../../ledger/checkpoints/archive.ts';
import { methodNotAllowed } from '../errors.ts';
import { readParameters, wholeNumberParameter } from '../parameters.ts';
import type { ProofRouteDependencies } from './proofs.ts';

/** The keys by which checkpoints of this server are verified, as text. */
export interface VerifierKeys {
  readonly current: string;
  /** Of the keys that signed before, the latest first, each with the size of this log that it goes up to. */
  readonly previous: (organisation: string) => readonly string[];
  readonly witnesses: readonly string[];
}

export interface CheckpointRouteDependencies extends ProofRouteDependencies {
  readonly verifierKeys: VerifierKeys;
}

export const checkpointParameters = z.object({
  size: wholeNumberParameter(0).describe('The checkpoint issued at this size').exactOptional(),
});

/** The answer to `GET /v1/audit/keys`. */
export const verifierKeysSchema = z
  .strictObject({
    current: z.string().describe('Verifier key of the server: <name>+<id>+<base64>'),
    previous: z
      .array(z.string())
      .describe(
        'Of the keys that signed before, the latest first; behind a space the size of the log up to which each vouches',
      ),
    witnesses: z.array(z.string()).describe('Of the witnesses whose cosignatures are kept'),
    personalPaths: z.array(z.string()).describe('What of an event its leaf only commits to'),
  })
  .meta({ id: 'VerifierKeys' });

/** Room for a checkpoint with a hundred cosignatures. */
const maxCheckpointBytes = 64 * 1024;

/** Signed heads of the caller's log, what witnesses say of them, and the keys to verify both. */
export function checkpointRoutes(dependencies: CheckpointRouteDependencies): Hono {
  const { checkpoints, verifierKeys } = dependencies;
  const app = new Hono();

  app.get('/v1/audit/checkpoint', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:read');
    const { searchParams } = new URL(c.req.url);
    const { size } = readParameters(checkpointParameters, searchParams, 'give the checkpoint');
    const { identity } = caller.organisation;
    const checkpoint =
      size === undefined
        ? await checkpoints.current(identity)
        : await checkpoints.ofSize(identity, size);
    if (checkpoint === undefined) {
      throw new AnnalsError('not-found', `No checkpoint was issued at size ${size}`);
    }
    dependencies.recordRead(caller, 'audit_log.read', { checkpoint: checkpoint.size });
    return checkpointResponse(checkpoint);
  });

  app.post('/v1/audit/checkpoint/cosignatures', async (c) => {
    const caller = dependencies.admit(c.req.raw, 'audit_log:read');
    const message = decodeUtf8(await readBody(c.req.raw, maxCheckpointBytes));
    return checkpointResponse(await checkpoints.cosign(caller.organisation.identity, message));
  });

  app.get('/v1/audit/keys', (c) => {
    const { organisation } = dependencies.admit(c.req.raw, 'audit_log:read');
    return c.json({
      ...verifierKeys,
      previous: verifierKeys.previous(organisation.identity),
      personalPaths: personalPathsOf(organisation),
    });
  });

  app.all('/v1/audit/checkpoint', (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  app.all('/v1/audit/checkpoint/cosignatures', (c) => methodNotAllowed(c.req.method, 'POST'));
  app.all('/v1/audit/keys', (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  return app;
}

function checkpointResponse({ message }: IssuedCheckpoint): Response {
  return new Response(message, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}
