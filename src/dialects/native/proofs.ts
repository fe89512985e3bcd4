import { z } from 'zod';
import { type ClientRequest, urlWithoutQuery } from '../../client/request.ts';
import { retry } from '../../client/retry.ts';
import { readSmallText, responseError } from '../../client/status.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { ProofServer } from '../../export/proofs/proof-server.ts';
import type { ClientDependencies } from '../../export/source-query.ts';
import { decodeBase64 } from '../../integrity/base64.ts';
import { hashBytes } from '../../integrity/hash.ts';
import type { NativeEndpoint } from './client.ts';

/** More than the hashes of any question we ask take. */
const maxResponseBytes = 64 * 1024 * 1024;

const base64 = z.string().transform((text, context): Uint8Array => {
  const bytes = decodeBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'is no base64' });
  return z.NEVER;
});

const keysSchema = z.object({
  current: z.string(),
  previous: z.array(z.string()),
  personalPaths: z.array(z.string()),
});
const consistencySchema = z.object({
  hashes: z.array(base64.refine(({ length }) => length === hashBytes, 'is no hash')),
});
const multiproofSchema = z.object({ hashes: base64 });

/** Asks an Annals server for what proves its log; what can be tried again is. */
export function nativeProofs(
  dependencies: ClientDependencies,
  endpoint: NativeEndpoint,
): ProofServer {
  const { api, token, organisation } = endpoint;

  function text(path: string, signal: AbortSignal, body?: object): Promise<string> {
    const question: ClientRequest = {
      url: new URL(`${api}/v1/audit/${path}`),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return retry(dependencies.retry, signal, async () => {
      const answer = await dependencies.send(question, signal);
      if (answer.status !== 200) throw await responseError(answer, question, dependencies.clock);
      return readSmallText(answer, maxResponseBytes);
    });
  }

  async function json<S extends z.ZodType>(
    schema: S,
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<z.output<S>> {
    const answer = await text(path, signal, body);
    try {
      return schema.parse(JSON.parse(answer));
    } catch (cause) {
      const asked = urlWithoutQuery({ url: new URL(`${api}/v1/audit/${path}`), headers: {} });
      throw new AnnalsError('corrupt', `Cannot use what ${asked} answered: it is no proof`, {
        cause,
      });
    }
  }

  return {
    keys: (signal) => json(keysSchema, 'keys', signal),
    checkpoint: (signal, size) =>
      text(size === undefined ? 'checkpoint' : `checkpoint?size=${size}`, signal),
    async consistencyProof(from, to, signal) {
      const path = `proof/consistency?from=${from}&to=${to}`;
      return (await json(consistencySchema, path, signal)).hashes;
    },
    async multiproof(size, runs, signal) {
      const body = { size, runs: runs.map(({ from, to }) => [from, to]) };
      return (await json(multiproofSchema, 'proof/multiproof', signal, body)).hashes;
    },
  };
}
