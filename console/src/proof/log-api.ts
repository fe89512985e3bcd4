import { ApiError } from '../api/client.ts';

/** A log's proofs as its server sends them: texts, of which nothing is believed. Each rejects with `ApiError`. */
export interface LogApi {
  keys(): Promise<string>;
  checkpoint(): Promise<string>;
  /** With the event as it was recorded, and its salt. */
  inclusion(sequence: number, size: number): Promise<string>;
  consistency(from: number, to: number): Promise<string>;
  /** With the events of the runs `[from, to)`. */
  multiproof(size: number, runs: readonly (readonly [number, number])[]): Promise<string>;
}

export const serverApi: LogApi = {
  keys: () => text('/v1/audit/keys'),
  checkpoint: () => text('/v1/audit/checkpoint'),
  inclusion: (sequence, size) =>
    text(`/v1/audit/proof/inclusion?sequence=${sequence}&size=${size}&text=true`),
  consistency: (from, to) => text(`/v1/audit/proof/consistency?from=${from}&to=${to}`),
  multiproof: (size, runs) =>
    text('/v1/audit/proof/multiproof', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ size, runs, texts: true }),
    }),
};

async function text(address: string, init: RequestInit = {}): Promise<string> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    throw new ApiError('The server does not answer. Is it running, and is there a network?', 0);
  }
  const body = await response.text();
  if (response.ok) return body;
  throw new ApiError(messageIn(body) ?? `The server answered ${response.status}`, response.status);
}

function messageIn(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
