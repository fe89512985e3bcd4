import './buffer.ts';
import { encodeBase64 } from '../../../src/integrity/base64.ts';
import {
  type Checkpoint,
  type OpenedCheckpoint,
  parseCheckpoint,
} from '../../../src/integrity/checkpoint.ts';
import { bytesOf, computeLeaf, proveLeaf } from '../../../src/integrity/event-proof.ts';
import { emptyRoot, hashBytes, sameHash } from '../../../src/integrity/hash.ts';
import { formatVerifierKey } from '../../../src/integrity/keys.ts';
import {
  formatKnownKey,
  type KnownKey,
  parseKnownKey,
  uniqueKeys,
} from '../../../src/integrity/known-key.ts';
import { MultiproofVerifier } from '../../../src/integrity/multiproof.ts';
import { parseNote, signatureBy } from '../../../src/integrity/note.ts';
import {
  defaultPersonalPaths,
  type PersonalPaths,
  personalPaths,
} from '../../../src/integrity/personal.ts';
import { verifyConsistency } from '../../../src/integrity/proof.ts';
import { ApiError } from '../api/client.ts';
import { formatInstant } from '../fields/instant.ts';
import {
  readConsistency,
  readInclusion,
  readKeys,
  readMultiproof,
  type ServedInclusion,
  type ServedKeys,
} from './answers.ts';
import type { LogApi } from './log-api.ts';
import type { Alarm, Memory, Remembered } from './memory.ts';
import { isShownAsRecorded } from './shown-event.ts';
import { openCheckpointHere } from './signatures.ts';
import type { Step, Verification } from './steps.ts';
import { whyNotHere } from './why-not-here.ts';

/** Where a log is verified: its server, what this browser remembers of it, and the clock. */
export interface Verifier {
  readonly api: LogApi;
  readonly memory: Memory;
  readonly now: () => Date;
}

/** What a proof of one event consists of, so that it can be verified again elsewhere. */
export interface EventEvidence {
  readonly checkpoint: string;
  readonly keys: readonly string[];
  readonly personalPaths: readonly string[];
  readonly proof: ServedInclusion;
}

export interface EventVerification extends Verification {
  /** When it was verified. */
  readonly evidence?: EventEvidence;
}

/** The newest head of a log, once it is trusted. */
interface TrustedHead {
  readonly message: string;
  readonly checkpoint: Checkpoint;
  readonly served: ServedKeys;
  readonly paths: PersonalPaths;
}

/** What failed, and whether everybody who looks at this log must know. */
class Refuted extends Error {
  readonly alarm: Omit<Alarm, 'message' | 'at'> | undefined;

  constructor(message: string, alarm?: Omit<Alarm, 'message' | 'at'>) {
    super(message);
    this.alarm = alarm;
  }
}

/** Runs the steps of a verification, and keeps what each one said. */
class Run {
  readonly steps: Step[] = [];
  #title = '';

  begin(title: string): void {
    this.#title = title;
  }

  pass(said: string, values: Step['values'] = []): void {
    this.steps.push({ title: this.#title, state: 'passed', said, values });
  }

  fail(said: string): void {
    this.steps.push({ title: this.#title, state: 'failed', said, values: [] });
  }
}

/**
 * Verifies that an event is in the log as it is shown: its bytes lead by the proof to the root of a checkpoint that a known
 * key signed, and the log has only grown since this browser last saw it. Anything that contradicts this makes it `failed`;
 * no answer makes it `unknown`. Never rejects.
 *
 * @param shown what the page shows; undefined for an event that was dropped
 */
export async function verifyEvent(
  verifier: Verifier,
  organisation: string,
  sequence: number,
  shown: object | undefined,
): Promise<EventVerification> {
  let evidence: EventEvidence | undefined;
  const verification = await attempt(verifier, organisation, async (run) => {
    const head = await trustedHead(verifier, organisation, run);
    const { checkpoint, served, paths, message } = head;
    run.begin('The event');
    const proof = readInclusion(await verifier.api.inclusion(sequence, checkpoint.size));
    if (proof.sequence !== sequence || proof.size !== checkpoint.size) {
      throw new Refuted(`The proof is of event ${proof.sequence} at size ${proof.size}`);
    }
    if (proof.root !== encodeBase64(checkpoint.root)) {
      throw new Refuted('The proof names another root than the checkpoint');
    }
    if (proof.text === undefined) {
      if (shown !== undefined)
        throw new Refuted('The server shows the event, and says it dropped it');
      run.pass(
        'It was dropped when its retention was over. Of its content only this hash is left.',
        [['leaf hash', proof.leaf]],
      );
    } else {
      const { leafText, hash, commitment } = computeLeaf(proof, paths);
      checkShown(shown, proof.text, sequence);
      if (encodeBase64(hash) !== proof.leaf) {
        throw new Refuted('It is not the event that was recorded: the log has another hash for it');
      }
      run.pass('What is shown is, byte for byte, what was hashed.', [
        ['bytes', proof.text],
        ...(proof.salt === undefined ? [] : [['salt', proof.salt] as const]),
        ...(commitment === undefined ? [] : [['commitment', commitment] as const]),
        ...(leafText === proof.text ? [] : [['leaf text', leafText] as const]),
        ['SHA-256(0x00 ‖ leaf text)', encodeBase64(hash)],
      ]);
    }
    run.begin('Its place in the log');
    const { steps } = proveLeaf(proof, checkpoint, paths);
    run.pass(
      `${steps.length} hashes lead from event ${sequence} to the root of ${checkpoint.size} events.`,
      [
        ...steps.map(({ sibling, side, hash }, at): [string, string] => [
          `${at + 1}. with the hash on its ${side}, and what comes out`,
          `${encodeBase64(sibling)} → ${encodeBase64(hash)}`,
        ]),
        ['root', encodeBase64(checkpoint.root)],
      ],
    );
    evidence = {
      checkpoint: message,
      keys: [served.current, ...served.previous],
      personalPaths: served.personalPaths,
      proof,
    };
  });
  return { ...verification, ...(evidence && { evidence }) };
}

export interface PageVerification extends Verification {
  readonly verified: readonly number[];
  readonly failed: readonly number[];
}

/** Most events that the server gives the texts of at a time. */
const maxTexts = 1_000;

/** Verifies all these events by one proof. When it fails, `failed` has those that are wrong; all, if that cannot be told. */
export async function verifyEvents(
  verifier: Verifier,
  organisation: string,
  shown: ReadonlyMap<number, object>,
): Promise<PageVerification> {
  const sequences = [...shown.keys()].sort((one, other) => one - other).slice(0, maxTexts);
  const wrong: number[] = [];
  const verification = await attempt(verifier, organisation, async (run) => {
    const { checkpoint, paths } = await trustedHead(verifier, organisation, run);
    run.begin('The events');
    const answer = readMultiproof(
      await verifier.api.multiproof(checkpoint.size, runsOf(sequences)),
    );
    if (answer.size !== checkpoint.size || answer.root !== encodeBase64(checkpoint.root)) {
      throw new Refuted('The proof is not one for the checkpoint');
    }
    if (answer.texts.length !== sequences.length) {
      throw new Refuted(`The proof has ${answer.texts.length} events of ${sequences.length}`);
    }
    const proof = Buffer.from(answer.hashes, 'base64');
    if (encodeBase64(proof) !== answer.hashes) throw new Refuted('The proof is not base64');
    const tree = new MultiproofVerifier(checkpoint.size, proof);
    for (const [at, sequence] of sequences.entries()) {
      const source = answer.texts[at]!;
      try {
        checkShown(shown.get(sequence), source.text ?? '', sequence);
        tree.add(sequence, computeLeaf(source, paths).hash);
      } catch (error) {
        wrong.push(sequence);
        throw error;
      }
    }
    if (!sameHash(tree.root(), checkpoint.root)) {
      throw new Refuted(
        'The events do not lead to the root of the checkpoint: one of them, or the proof, was changed',
      );
    }
    run.pass(`${sequences.length} events lead to the root of ${checkpoint.size} events.`, [
      ['root', encodeBase64(checkpoint.root)],
    ]);
  });
  return {
    ...verification,
    verified: verification.verdict === 'verified' ? sequences : [],
    failed: verification.verdict === 'failed' ? (wrong.length > 0 ? wrong : sequences) : [],
  };
}

/** Verifies the newest checkpoint alone: who signed it, and that the log has only grown. */
export function verifyHead(verifier: Verifier, organisation: string): Promise<Verification> {
  return attempt(verifier, organisation, async (run) => {
    await trustedHead(verifier, organisation, run);
  });
}

/**
 * Trusts these keys for a log from now on, as somebody who got them from the operator says. Throws `invalid` for what is
 * not a verifier key.
 */
export function trustKeys(memory: Memory, organisation: string, texts: readonly string[]): void {
  const known = memory.recall(organisation);
  if (known === undefined) return;
  const keys = uniqueKeys([...texts, ...known.keys].map(parseKnownKey));
  memory.remember(organisation, { ...known, keys: keys.map(formatKnownKey) });
  if (memory.alarmOf(organisation)?.kind === 'key') memory.dismiss(organisation);
}

async function attempt(
  { memory, now }: Verifier,
  organisation: string,
  verify: (run: Run) => Promise<void>,
): Promise<Verification> {
  const run = new Run();
  const end = (verdict: Verification['verdict'], reason?: string): Verification => ({
    verdict,
    steps: run.steps,
    at: now().toISOString(),
    ...(reason !== undefined && { reason }),
  });
  const reason = whyNotHere();
  if (reason !== undefined) return end('unknown', reason);
  try {
    await verify(run);
    return end('verified');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof ApiError) return end('unknown', message);
    if (error instanceof DOMException && error.name === 'NotSupportedError') {
      return end('unknown', 'This browser cannot check Ed25519 signatures. A newer one can.');
    }
    run.fail(message);
    if (error instanceof Refuted && error.alarm !== undefined) {
      memory.raise(organisation, { ...error.alarm, message, at: now().toISOString() });
    }
    return end('failed');
  }
}

async function trustedHead(
  { api, memory, now }: Verifier,
  organisation: string,
  run: Run,
): Promise<TrustedHead> {
  const known = memory.recall(organisation);
  run.begin('The keys');
  const [keysText, message] = await Promise.all([api.keys(), api.checkpoint()]);
  const served = readKeys(keysText);
  const keys = knownKeys(served, known, message);
  run.pass(
    known === undefined
      ? 'This browser sees this log for the first time, and remembers its keys from now on. Compare them with those that the operator gave you.'
      : `They are those that this browser knows since ${known.firstAt}.`,
    keys.trusted.map((key) => [
      key.upTo === undefined ? 'key' : 'earlier key',
      formatKnownKey(key),
    ]),
  );

  run.begin('The checkpoint');
  const { opened, trusted } = await openTrusted(message, keys, organisation, known);
  const { checkpoint, signedBy, witnessedBy } = opened;
  run.pass(`It says that the log has ${checkpoint.size} events, and is signed.`, [
    ['log', checkpoint.origin],
    ['size', String(checkpoint.size)],
    ['root', encodeBase64(checkpoint.root)],
    ...signedBy.map(({ name, id }): [string, string] => ['signed by', `${name}+${id}`]),
    ...witnessedBy.map(({ key, at }): [string, string] => [
      'witnessed by',
      `${key.name}+${key.id}, ${formatInstant(new Date(at / 1_000).toISOString(), 'UTC')}`,
    ]),
  ]);

  run.begin('What was there before');
  run.pass(await grownSince(known, checkpoint, message, api));
  const at = now().toISOString();
  const newest: Remembered = {
    origin: checkpoint.origin,
    keys: trusted.map(formatKnownKey),
    personalPaths: served.personalPaths,
    checkpoint: message,
    at,
    firstAt: known?.firstAt ?? at,
  };
  const meanwhile = memory.recall(organisation);
  if (meanwhile === undefined || headOf(meanwhile.checkpoint).size <= checkpoint.size) {
    memory.remember(organisation, newest);
  }
  return { message, checkpoint, served, paths: personalPaths(served.personalPaths) };
}

interface LogKeys {
  readonly trusted: readonly KnownKey[];
  /** Served, and never seen here before. */
  readonly strangers: readonly KnownKey[];
  readonly witnesses: readonly KnownKey[];
}

/** The keys to believe: at first those that are served, later those that are remembered, each at most up to its size. */
function knownKeys(served: ServedKeys, known: Remembered | undefined, seen: string): LogKeys {
  const own = [served.current, ...served.previous].map(parseKnownKey);
  const witnesses = served.witnesses.map(parseKnownKey);
  const paths = served.personalPaths;
  if (!defaultPersonalPaths.every((path, at) => paths[at] === path)) {
    throw new Refuted('The server names other personal fields than every log has');
  }
  if (known === undefined) return { trusted: own, strangers: [], witnesses };
  if (JSON.stringify(known.personalPaths) !== JSON.stringify(paths)) {
    throw new Refuted('The server names other personal fields than before, and they never change');
  }
  const isOf = (keys: readonly KnownKey[]) => {
    const texts = new Set(keys.map(formatVerifierKey));
    return (key: KnownKey) => texts.has(formatVerifierKey(key));
  };
  const remembered = known.keys.map(parseKnownKey);
  const gone = remembered.find((key) => !isOf(own)(key));
  if (gone !== undefined) {
    throw new Refuted(
      `The server does not know the key ${gone.name}+${gone.id} any more, by which this browser knows the log`,
      { kind: 'key', kept: known.checkpoint, seen },
    );
  }
  for (const key of remembered) {
    const now = own.find((one) => formatVerifierKey(one) === formatVerifierKey(key));
    if (key.upTo !== undefined && now?.upTo !== key.upTo) {
      throw new Refuted(`The size up to which ${key.name}+${key.id} counts has changed`);
    }
  }
  const trusted = uniqueKeys([...remembered, ...own.filter(isOf(remembered))]);
  return { trusted, strangers: own.filter((key) => !isOf(remembered)(key)), witnesses };
}

/**
 * Opens the checkpoint. A key that was never seen here is believed when a known one signed the same checkpoint, as while
 * it is being replaced. Otherwise somebody must have it from the operator: a server that was taken over names new keys too.
 */
async function openTrusted(
  message: string,
  { trusted, strangers, witnesses }: LogKeys,
  organisation: string,
  known: Remembered | undefined,
): Promise<{ readonly opened: OpenedCheckpoint; readonly trusted: readonly KnownKey[] }> {
  const note = parseNote(message);
  const signs = (key: KnownKey) => signatureBy(key, note) !== undefined;
  const signers = strangers.filter(signs);
  const [stranger] = signers;
  if (stranger !== undefined && !trusted.some((key) => signs(key) && key.upTo === undefined)) {
    throw new Refuted(
      `It is signed by ${stranger.name}+${stranger.id}, which this browser does not know. Has the operator replaced the key? Ask, and enter the new one under Checkpoints`,
      { kind: 'key', kept: known?.checkpoint ?? '', seen: message },
    );
  }
  const opened = await openCheckpointHere(
    message,
    [...trusted, ...signers, ...witnesses],
    known?.origin,
  );
  const { origin } = opened.checkpoint;
  if (!origin.endsWith(`/${organisation}`)) {
    throw new Refuted(`It is of the log ${origin}, not of ${organisation}`);
  }
  const explained = opened.signedBy.length + opened.witnessedBy.length;
  if (note.signatures.length !== explained) {
    throw new Refuted('It has a signature that belongs to none of the keys');
  }
  const believed = opened.signedBy as readonly KnownKey[];
  return { opened, trusted: uniqueKeys([...trusted, ...believed]) };
}

/** What the log was for this browser before. Throws when it did not only grow since. */
async function grownSince(
  known: Remembered | undefined,
  newest: Checkpoint,
  seen: string,
  api: LogApi,
): Promise<string> {
  if (known === undefined)
    return 'Nothing: this is the first checkpoint of this log in this browser.';
  const before = headOf(known.checkpoint);
  const evidence = { kept: known.checkpoint, seen };
  if (newest.size < before.size) {
    throw new Refuted(
      `The log was rolled back: it had ${before.size} events at ${formatInstant(known.at, 'UTC')}, and now has ${newest.size}`,
      { kind: 'rollback', ...evidence },
    );
  }
  const same = newest.size === before.size;
  const fork = `The log does not begin with the ${before.size} events that it had at ${formatInstant(known.at, 'UTC')}: it was forked, or the answer was changed on its way`;
  if (same || before.size === 0) {
    const older = same ? newest.root : emptyRoot;
    if (!sameHash(older, before.root)) throw new Refuted(fork, { kind: 'fork', ...evidence });
    return same
      ? `It is the one that this browser verified at ${formatInstant(known.at, 'UTC')}.`
      : 'The log was empty.';
  }
  const answer = readConsistency(await api.consistency(before.size, newest.size));
  const hashes = answer.hashes.map((hash) => bytesOf(hash, hashBytes, 'a hash of the proof'));
  if (answer.from !== before.size || answer.to !== newest.size) {
    throw new Refuted('The proof that the log only grew is of other sizes');
  }
  if (!verifyConsistency(before, newest, hashes)) {
    throw new Refuted(fork, { kind: 'fork', ...evidence });
  }
  return `The log has only grown: it begins with the ${before.size} events that it had at ${formatInstant(known.at, 'UTC')}.`;
}

function headOf(message: string): Checkpoint {
  return parseCheckpoint(parseNote(message).text);
}

/** Throws unless the event that was hashed is the one that is shown, and is in its place. */
function checkShown(shown: object | undefined, text: string, sequence: number): void {
  const recorded: unknown = JSON.parse(text);
  if (typeof recorded !== 'object' || recorded === null) throw new Refuted('It is not an event');
  if ((recorded as { sequence?: unknown }).sequence !== sequence) {
    throw new Refuted(`The server gave another event than ${sequence}`);
  }
  if (shown !== undefined && !isShownAsRecorded(shown, recorded)) {
    throw new Refuted(
      'What is shown is not what was recorded: the answer with the event was changed',
    );
  }
}

/** Ranges `[from, to)` of sequences that are in order. */
function runsOf(sequences: readonly number[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const sequence of sequences) {
    const last = runs.at(-1);
    if (last?.[1] === sequence) last[1] += 1;
    else runs.push([sequence, sequence + 1]);
  }
  return runs;
}
