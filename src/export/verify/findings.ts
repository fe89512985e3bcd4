/** What can be wrong with an export, or why it cannot be proved. */
export type VerifyFindingKind =
  | 'changed' // an event is not the one in the log
  | 'missing' // an event of the proof is in no file
  | 'added' // an event is not in the proof, or comes a second time
  | 'order' // an event comes after a later one
  | 'file' // a file is missing, was cut, or is not the one that the manifest describes
  | 'manifest' // the manifest says something wrong
  | 'proof' // the proof file does not prove what it should
  | 'checkpoint' // the checkpoint is forged, of another log, or cannot be compared with the saved one
  | 'rollback' // the log is shorter than it was
  | 'fork' // two checkpoints of one log contradict each other
  | 'key' // the key that signed is not a trusted one
  | 'unproved'; // there is no proof

/** One thing that is wrong, as a sentence and as its details. The names of the members are those of `--json`. */
export interface VerifyFinding {
  readonly kind: VerifyFindingKind;
  readonly message: string;
  readonly file?: string;
  /** Of the event in its file, from 1. */
  readonly place?: number;
  readonly eventID?: string;
  /** Of the event in the log; the first, when there are several in a row. */
  readonly sequence?: number;
  readonly lastSequence?: number;
}

/** How many findings are kept: a file that does not belong to its proof has one for each event. */
const maxFindings = 1_000;

/** Collects findings in bounded memory. */
export class VerifyFindings {
  readonly all: VerifyFinding[] = [];
  count = 0;

  add(
    kind: VerifyFindingKind,
    message: string,
    where: Omit<VerifyFinding, 'kind' | 'message'> = {},
  ): void {
    this.count += 1;
    if (this.all.length < maxFindings) this.all.push({ kind, message, ...where });
  }
}
