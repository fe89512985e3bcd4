import { type Micros, second } from '../core/micros.ts';
import { type AuthenticationFacts, type Grouping, groupings } from './authentication-facts.ts';

/** Failed authentications that have one value in common. */
export interface FailedAuthGroup {
  /** Absent: the events say none. */
  readonly value?: string;
  /** Attempts, where a summary stands for several and an attempt that a client made twice counts once. */
  readonly count: number;
  readonly events: number;
  readonly first: Micros;
  readonly last: Micros;
  /** When an authentication with the same value succeeded, after the first failure. */
  readonly succeededAt?: Micros;
}

/** Failures of one client: everything that can be grouped by is the same. */
interface Client {
  readonly values: AuthenticationFacts['values'];
  readonly times: Micros[];
  readonly attempts: number[];
}

/**
 * A client of OAuth tries Basic first and then the form: one mistake is two failures, at most this far apart
 * (wire: Thalassa, token endpoint).
 */
const sameMistakeMicros: Micros = 2 * second;

/** Counts failed authentications by one of their facts. Events may come in any order. */
export class FailedAuthCounts {
  readonly #by: Grouping;
  readonly #clients = new Map<string, Client>();
  readonly #successes = new Map<string, Micros[]>();

  constructor(by: Grouping) {
    this.#by = by;
  }

  addFailure({ at, attempts, values }: AuthenticationFacts): void {
    const key = JSON.stringify(groupings.map((name) => values[name] ?? null));
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = { values, times: [], attempts: [] };
      this.#clients.set(key, client);
    }
    client.times.push(at);
    client.attempts.push(attempts);
  }

  /** Call it after all failures: successes whose value never failed are not kept. */
  addSuccess({ at, values }: AuthenticationFacts): void {
    const value = values[this.#by];
    if (value === undefined) return;
    const times = this.#successes.get(value);
    if (times !== undefined) times.push(at);
    else if (this.#failedValues().has(value)) this.#successes.set(value, [at]);
  }

  #failed: Set<string | undefined> | undefined;

  #failedValues(): Set<string | undefined> {
    this.#failed ??= new Set([...this.#clients.values()].map(({ values }) => values[this.#by]));
    return this.#failed;
  }

  /** Most failures first, then by value; failures without a value are a group too. */
  groups(): FailedAuthGroup[] {
    const byValue = Map.groupBy(this.#clients.values(), ({ values }) => values[this.#by]);
    const groups = [...byValue].map(([value, clients]): FailedAuthGroup => {
      const times = clients.flatMap((client) => client.times);
      const first = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
      const last = times.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
      const after = (this.#successes.get(value ?? '') ?? []).filter((at) => at >= first);
      const succeededAt = after.reduce((least, at) => Math.min(least, at), Infinity);
      return {
        ...(value !== undefined && { value }),
        count: clients.reduce((sum, client) => sum + countMistakes(client), 0),
        events: times.length,
        first,
        last,
        ...(value !== undefined && succeededAt !== Infinity && { succeededAt }),
      };
    });
    return groups.sort(
      (one, other) => other.count - one.count || ((one.value ?? '') < (other.value ?? '') ? -1 : 1),
    );
  }
}

/**
 * The attempts of a client. Two that are close to each other and to no third are one mistake; three in a row are somebody
 * who guesses.
 */
function countMistakes({ times, attempts }: Client): number {
  const order = times.map((_, at) => at).sort((one, other) => times[one]! - times[other]!);
  let count = 0;
  let run = 0;
  let before = Number.NEGATIVE_INFINITY;
  const endRun = () => {
    count += run === 2 ? 1 : run;
    run = 0;
  };
  for (const at of order) {
    if (times[at]! - before > sameMistakeMicros) endRun();
    run += attempts[at]!;
    before = times[at]!;
  }
  endRun();
  return count;
}
