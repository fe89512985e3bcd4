import { AnnalsError, messageOf } from '../../core/errors.ts';
import { type Checkpoint, openCheckpoint } from '../../integrity/checkpoint.ts';
import { emptyRoot, sameHash } from '../../integrity/hash.ts';
import { type KnownKey, parseKnownKey } from '../../integrity/known-key.ts';
import { verifyConsistency } from '../../integrity/proof.ts';
import type { ProofServer } from '../proofs/proof-server.ts';
import { type VerifyFinding, VerifyFindings } from './findings.ts';
import { checkSignatures, readCheckpoint, signerIds, type Trust } from './trust.ts';

/** The result for a log and its server. The names of the members are those of `--json`. */
export interface ServerReport {
  /** A trusted key signed the newest checkpoint, and the log has only grown since the saved one. */
  readonly proved: boolean;
  readonly checkpoint: Checkpoint;
  /** The newest checkpoint as it was signed. */
  readonly message: string;
  readonly signers: readonly string[];
  /** The keys before, as the server says: each with the size of the log up to which it counts. */
  readonly previous: readonly string[];
  /** The saved checkpoint. */
  readonly kept?: Checkpoint;
  readonly findings: readonly VerifyFinding[];
}

/**
 * Checks a live server against what is known from before. Without trusted keys, the key that signed the saved checkpoint is
 * trusted: a log that keeps its key needs nothing else.
 */
export async function verifyServer(
  server: ProofServer,
  trust: Trust,
  signal: AbortSignal,
): Promise<ServerReport> {
  const findings = new VerifyFindings();
  const served = await server.keys(signal);
  const hints = [served.current, ...served.previous];
  const message = await server.checkpoint(signal);
  const checkpoint = readCheckpoint(message);
  const saved = trust.checkpoint;
  const kept = saved && readCheckpoint(saved.message);
  const keys =
    trust.keys.length > 0 || saved === undefined ? trust.keys : signersOf(saved.message, hints);
  const opened = checkSignatures(message, 'the checkpoint', { keys }, hints, false, findings);
  if (kept !== undefined && saved !== undefined) {
    await compareCheckpoints(
      server,
      { name: saved.name, kept, newest: checkpoint },
      findings,
      signal,
    );
  }
  return {
    proved: findings.count === 0,
    checkpoint,
    message,
    signers: signerIds(opened),
    previous: served.previous,
    ...(kept && { kept }),
    findings: findings.all,
  };
}

/** Those of the keys that signed a checkpoint. */
function signersOf(message: string, texts: readonly string[]): KnownKey[] {
  const keys = texts.map(parseKnownKey);
  return keys.filter((key) => {
    try {
      return openCheckpoint(message, [key]).signedBy.length > 0;
    } catch {
      return false;
    }
  });
}

async function compareCheckpoints(
  server: ProofServer,
  { name, kept, newest }: { name: string; kept: Checkpoint; newest: Checkpoint },
  findings: VerifyFindings,
  signal: AbortSignal,
): Promise<void> {
  if (kept.origin !== newest.origin) {
    const message = `${name} is of the log ${kept.origin}; the server’s is ${newest.origin}`;
    findings.add('checkpoint', message);
    return;
  }
  if (newest.size < kept.size) {
    const message = `the log was rolled back: it had ${kept.size} events and now has ${newest.size}`;
    findings.add('rollback', message + (await restorationNote(server, kept, signal)));
    return;
  }
  if (newest.size === kept.size) {
    if (!sameHash(newest.root, kept.root)) {
      const message = `the log was forked: at size ${kept.size} its root is not that of ${name}`;
      findings.add('fork', message + (await restorationNote(server, kept, signal)));
    }
    return;
  }
  if (kept.size === 0) {
    // Every log begins with the empty one, if that is what was kept.
    if (sameHash(kept.root, emptyRoot)) return;
    const message = `${name} is of an empty log, and its root is not that of one`;
    findings.add('checkpoint', message);
    return;
  }
  const reason = await checkConsistency(server, kept, newest, signal);
  if (reason === undefined) return;
  const message = `the log was forked: its ${newest.size} events do not begin with the ${kept.size} of ${name} (it was rolled back and continued, or replaced by another log)${reason}`;
  findings.add('fork', message + (await restorationNote(server, kept, signal)));
}

/**
 * A further line of such a finding, when the log itself says that it was restored from a backup without all of these
 * events. It explains, and proves nothing: somebody who rolls a log back can say so too.
 */
async function restorationNote(
  server: ProofServer,
  kept: Checkpoint,
  signal: AbortSignal,
): Promise<string> {
  // The finding stands, whether or not the log can be read.
  const restorations = await server.restorations(signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return [];
  });
  const found = restorations.filter(({ sequence }) => sequence < kept.size);
  const [last] = found;
  if (last === undefined) return '';
  const { sequence, takenAt, restoredAt } = last;
  return (
    `\nthe log says why: event ${sequence} is the record that it was restored, at ${restoredAt}, from a backup of ${takenAt}` +
    `\nevents ${sequence} to ${kept.size - 1} of your checkpoint are then lost. Ask the operator, and hold an older checkpoint` +
    `\n(of ${sequence} events or fewer) against the log. Keep both: together they are the evidence`
  );
}

/** Undefined when the newer log begins with the saved one; else the end of the message about it. */
async function checkConsistency(
  server: ProofServer,
  kept: Checkpoint,
  newest: Checkpoint,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const proof = await server.consistencyProof(kept.size, newest.size, signal);
    return verifyConsistency(kept, newest, proof) ? undefined : '';
  } catch (error) {
    // A server that cannot give a proof has not proved anything.
    if (error instanceof AnnalsError && error.code === 'corrupt') return `: ${messageOf(error)}`;
    throw error;
  }
}
