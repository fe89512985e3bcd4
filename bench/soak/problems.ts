import { messageOf } from '../../src/core/errors.ts';

/** Thrown when the server, or a command, did something that it must not do. */
export class Wrong extends Error {}

export interface Problem {
  readonly at: string;
  /** Who found it. */
  readonly who: string;
  readonly message: string;
}

/** The first matter most, and a server that is broken for good would bring thousands. */
const most = 100;

/** Everything that went wrong, the first of it word for word. */
export class Problems {
  readonly first: Problem[] = [];
  count = 0;
  readonly #tell: (problem: Problem) => void;

  /** @param tell is told each problem that is kept, at once */
  constructor(tell: (problem: Problem) => void) {
    this.#tell = tell;
  }

  add(who: string, error: unknown): void {
    this.count += 1;
    if (this.first.length >= most) return;
    const message = error instanceof Wrong ? error.message : whole(error);
    const problem = { at: new Date().toISOString(), who, message };
    this.first.push(problem);
    this.#tell(problem);
  }
}

/** Does something, and goes on when it goes wrong. Gives whether it did not. */
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

/** An error that nobody foresaw is told with where it came from. */
function whole(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
