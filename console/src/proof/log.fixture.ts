import { createPublicKey, sign } from 'node:crypto';
import { TestApp } from '../../../src/api/app.fixture.ts';
import type { Draft } from '../../../src/core/event.ts';
import { privateKeyFromSeed, verifierKey } from '../../../src/integrity/keys.ts';
import { formatSignature, parseNote } from '../../../src/integrity/note.ts';
import type { LogApi } from './log-api.ts';
import { BrowserMemory } from './memory.ts';
import type { Verifier } from './verify.ts';

const witnessKey = privateKeyFromSeed(new Uint8Array(32).fill(9));
const witness = verifierKey('witness.example', createPublicKey(witnessKey), 'cosignature');

/** A log in a server without sockets, and what a browser asks of it. */
export async function openLog(drafts: readonly Draft[]) {
  const app = new TestApp({ witnesses: [witness] });
  const organisation = await app.organisation();
  const key = await app.key('org-auditor', organisation);
  const text = async (method: string, path: string, body?: object) => {
    const options = body === undefined ? { key } : { key, body };
    const response = await app.request(method, `/v1/audit/${path}`, options);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const record = (more: readonly Draft[]) => app.ledger.record(organisation.identity, more);
  await record(drafts);
  const api: LogApi = {
    keys: () => text('GET', 'keys'),
    checkpoint: () => text('GET', 'checkpoint'),
    inclusion: (sequence, size) =>
      text('GET', `proof/inclusion?sequence=${sequence}&size=${size}&text=true`),
    consistency: (from, to) => text('GET', `proof/consistency?from=${from}&to=${to}`),
    multiproof: (size, runs) => text('POST', 'proof/multiproof', { size, runs, texts: true }),
  };
  const cosign = async () => {
    const { text: note } = parseNote(await api.checkpoint());
    const seconds = 1_700_000_000;
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${note}`);
    const bytes = Buffer.concat([time, sign(null, message, witnessKey)]);
    const line = formatSignature({ name: witness.name, id: witness.id, bytes });
    const options = { key, body: `${note}\n${line}`, headers: { 'Content-Type': 'text/plain' } };
    const path = '/v1/audit/checkpoint/cosignatures';
    const response = await app.request('POST', path, options);
    if (!response.ok) throw new Error(await response.text());
  };
  const erase = async (userIdentity: string) => {
    const admin = await app.key('org-admin', organisation);
    const options = { key: admin, body: { userIdentity } };
    await app.json('POST', '/v1/audit/erasures', options, 200);
  };
  const event = async (sequence: number) =>
    JSON.parse(await text('GET', `sequence/${sequence}`)) as object;
  return { app, api, organisation: organisation.identity, record, cosign, erase, event };
}

/** A browser that was never here before. */
export function newBrowser(api: LogApi): Verifier & { readonly memory: BrowserMemory } {
  return { api, memory: new BrowserMemory(undefined), now: () => new Date('2026-11-30T12:00:00Z') };
}

/** What a server answered, again and again, whatever is asked. */
export type Answers = Readonly<Record<keyof LogApi, string>>;

export function replay(answers: Answers): LogApi {
  const { keys, checkpoint, inclusion, consistency, multiproof } = answers;
  return {
    keys: async () => keys,
    checkpoint: async () => checkpoint,
    inclusion: async () => inclusion,
    consistency: async () => consistency,
    multiproof: async () => multiproof,
  };
}

/** A text with one bit of its UTF-8 bytes changed, as `fetch` reads it. */
export function flipped(text: string, byte: number, bit: number): string {
  const bytes = Buffer.from(text);
  bytes[byte]! ^= 1 << bit;
  return new TextDecoder().decode(bytes);
}
