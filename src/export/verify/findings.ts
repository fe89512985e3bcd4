/** What can be wrong with an export, or stands in the way of its being proved. */
export type VerifyFindingKind =
  | 'changed' // an event is not the one in the log
  | 'missing' // an event of the proof is in no file
  | 'added' // an event is not of the proof, or stands a second time
  | 'order' // an event stands behind a later one
  | 'file' // a file is missing, was cut, or is not the one the manifest speaks of
  | 'manifest' // the manifest says something that is not so
  | 'proof' // the proof file does not prove what it should
  | 'checkpoint' // the checkpoint is forged, of another log, or not to be tied to the one that was kept
  | 'rollback' // the log is shorter than it was
  | 'fork' // two checkpoints of one log contradict each other
  | 'key' // nobody vouched for the key that signed
  | 'unproved'; // there is nothing to prove it by

/** One thing wrong, in a sentence and in its parts. */
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

/** How many findings are kept; a file that has nothing to do with its proof would have one for each event. */
const maxFindings = 1_000;

/** Collects findings without growing with what is wrong. */
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
