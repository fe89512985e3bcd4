import { messageOf } from '../../src/core/errors.ts';

/** Thrown when the server, or a command, did something that it must not do. */
export class Violation extends Error {}

export interface Problem {
  readonly at: string;
  /** The part of the soak that found it. */
  readonly who: string;
  readonly message: string;
}

/** The first ones matter most, and a server that stays broken would cause thousands. */
const most = 100;

/** Counts all problems, and keeps the first ones. */
export class Problems {
  readonly first: Problem[] = [];
  count = 0;
  readonly #report: (problem: Problem) => void;

  /** @param report is called with each problem that is kept */
  constructor(report: (problem: Problem) => void) {
    this.#report = report;
  }

  add(who: string, error: unknown): void {
    this.count += 1;
    if (this.first.length >= most) return;
    const message = error instanceof Violation ? error.message : whole(error);
    const problem = { at: new Date().toISOString(), who, message };
    this.first.push(problem);
    this.#report(problem);
  }
}

/** Runs something, and notes its failure as a problem. Returns whether it succeeded. */
export async function noted(
  problems: Problems,
  who: string,
  act: () => Promise<void>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    problems.add(who, error);
    return false;
  }
}

/** The message of an expected error; an unexpected one also has its stack. */
function whole(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
