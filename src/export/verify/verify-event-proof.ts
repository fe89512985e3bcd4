import { messageOf } from '../../core/errors.ts';
import type { Checkpoint } from '../../integrity/checkpoint.ts';
import { type EventProofFile, parseEventProof, proveLeaf } from '../../integrity/event-proof.ts';
import { isErased, personalPaths } from '../../integrity/personal.ts';
import { type VerifyFinding, VerifyFindings } from './findings.ts';
import {
  checkSignatures,
  compareWithSaved,
  readCheckpoint,
  signerIds,
  type Trust,
} from './trust.ts';

/** The result for the proof of one event. The names of the members are those of `--json`. */
export interface EventReport {
  readonly name: string;
  readonly proved: boolean;
  readonly sequence?: number;
  /** The event as it was recorded; absent when it was dropped, or is not proved. */
  readonly event?: unknown;
  /** Its personal fields were erased before the proof was made. */
  readonly erased?: boolean;
  readonly checkpoint?: Checkpoint;
  /** Names and ids of the trusted keys that signed the checkpoint, with witnesses. */
  readonly signers: readonly string[];
  readonly findings: readonly VerifyFinding[];
}

/** Verifies a file with the proof of one event, from its text alone. */
export function verifyEventProof(name: string, text: string, trust: Trust): EventReport {
  const findings = new VerifyFindings();
  let proof: EventProofFile;
  let checkpoint: Checkpoint;
  try {
    proof = parseEventProof(text);
    checkpoint = readCheckpoint(proof.checkpoint);
  } catch (error) {
    findings.add('proof', messageOf(error));
    return { name, proved: false, signers: [], findings: findings.all };
  }
  const { sequence } = proof;
  let event: unknown;
  try {
    proveLeaf(proof, checkpoint, personalPaths(proof.personalPaths));
    event = proof.text === undefined ? undefined : JSON.parse(proof.text);
    if (event !== undefined && (event as { sequence?: unknown }).sequence !== sequence) {
      findings.add('changed', `the event says that it is of another sequence than ${sequence}`);
    }
  } catch (error) {
    findings.add('changed', messageOf(error), { sequence });
  }
  const saved = trust.checkpoint && {
    name: trust.checkpoint.name,
    checkpoint: readCheckpoint(trust.checkpoint.message),
  };
  const isSaved = saved !== undefined && compareWithSaved(checkpoint, saved, undefined, findings);
  const opened = checkSignatures(
    proof.checkpoint,
    'the checkpoint of the proof',
    trust,
    proof.keys,
    isSaved && trust.keys.length === 0,
    findings,
  );
  const proved = findings.count === 0;
  return {
    name,
    proved,
    sequence,
    ...(proved && event !== undefined && { event, erased: isErased(event as object) }),
    checkpoint,
    signers: signerIds(opened),
    findings: findings.all,
  };
}
