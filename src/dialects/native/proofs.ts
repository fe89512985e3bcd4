import { z } from 'zod';
import { type AnnalsEndpoint, annalsRequest } from '../../client/annals-api.ts';
import { addressOf, type ClientRequest } from '../../client/request.ts';
import { type ClientDependencies, requestText } from '../../client/send-request.ts';
import { AnnalsError } from '../../core/errors.ts';
import { ownService } from '../../core/event.ts';
import type { ProofServer } from '../../export/proofs/proof-server.ts';
import { decodeBase64 } from '../../integrity/base64.ts';
import { hashBytes } from '../../integrity/hash.ts';

/** More than the hashes of the largest multiproof that we request. */
const maxResponseBytes = 64 * 1024 * 1024;

const base64 = z.string().transform((text, context): Uint8Array => {
  const bytes = decodeBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'is not base64' });
  return z.NEVER;
});

const keysSchema = z.object({
  current: z.string(),
  previous: z.array(z.string()),
  personalPaths: z.array(z.string()),
});
const consistencySchema = z.object({
  hashes: z.array(base64.refine(({ length }) => length === hashBytes, 'is not a hash')),
});
const restorationsSchema = z.object({ items: z.array(z.unknown()) });
/** A record of the server itself: a producer may record what it likes under that action, but not as this service. */
const restorationSchema = z.object({
  sequence: z.int().min(0),
  createdAt: z.string(),
  context: z.object({ system_service: z.literal(ownService) }),
  details: z.object({ takenAt: z.string() }),
});
const restorations = new URLSearchParams({
  action: 'audit_log.restore',
  includeSystemServices: 'true',
  limit: '100',
});
const multiproofSchema = z.object({ hashes: base64 });

/** What proves the log of an Annals server. Requests are retried when another attempt may help. */
export function nativeProofs(
  dependencies: ClientDependencies,
  endpoint: AnnalsEndpoint,
): ProofServer {
  const maxBytes = maxResponseBytes;

  function post(path: string, body: object) {
    const content = { text: JSON.stringify(body), type: 'application/json' };
    return annalsRequest(endpoint, `/v1/audit/${path}`, { method: 'POST', content });
  }

  const get = (path: string) => annalsRequest(endpoint, `/v1/audit/${path}`);

  async function json<S extends z.ZodType>(
    schema: S,
    request: ClientRequest,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    const text = await requestText(dependencies, request, signal, { maxBytes });
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      const message = `Cannot use the response of ${addressOf(request)}: it is not a proof`;
      throw new AnnalsError('corrupt', message, { cause });
    }
  }

  return {
    keys: (signal) => json(keysSchema, get('keys'), signal),
    checkpoint(signal, size) {
      const path = size === undefined ? 'checkpoint' : `checkpoint?size=${size}`;
      const request = annalsRequest(endpoint, `/v1/audit/${path}`, { accept: 'text/plain' });
      return requestText(dependencies, request, signal, { maxBytes });
    },
    async restorations(signal) {
      const request = annalsRequest(endpoint, `/v1/audit?${restorations}`);
      const { items } = await json(restorationsSchema, request, signal);
      return items.flatMap((item) => {
        const { data } = restorationSchema.safeParse(item);
        if (data === undefined) return [];
        const { sequence, createdAt: restoredAt, details } = data;
        return [{ sequence, restoredAt, takenAt: details.takenAt }];
      });
    },
    async consistencyProof(from, to, signal) {
      const path = `proof/consistency?from=${from}&to=${to}`;
      return (await json(consistencySchema, get(path), signal)).hashes;
    },
    async multiproof(size, runs, signal) {
      const body = { size, runs: runs.map(({ from, to }) => [from, to]) };
      return (await json(multiproofSchema, post('proof/multiproof', body), signal)).hashes;
    },
  };
}
