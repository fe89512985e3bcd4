import { AnnalsError } from '../core/errors.ts';
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

/** What clients may take in memory: some 80,000 usual ones. Whoever guesses at names is another client each time. */
const maxClientBytes = 64 * 1024 * 1024;

/** About what a client takes besides its values, which are there twice: as they are, and in its key. */
const clientBytes = 600;

/** Counts failed authentications by one of their facts. Events may come in any order. */
export class FailedAuthCounts {
  readonly #by: Grouping;
  readonly #clients = new Map<string, Client>();
  #bytes = 0;
  /** Of each value that failed; computed once all failures are there. */
  #firstFailures: ReadonlyMap<string, Micros> | undefined;
  /** By value, the first one after its first failure. */
  readonly #successes = new Map<string, Micros>();

  constructor(by: Grouping) {
    this.#by = by;
  }

  /** Throws `invalid` when the failures are of too many clients. */
  addFailure({ at, attempts, values }: AuthenticationFacts): void {
    const key = JSON.stringify(groupings.map((name) => values[name] ?? null));
    let client = this.#clients.get(key);
    if (client === undefined) {
      this.#bytes += clientBytes + 2 * key.length;
      if (this.#bytes > maxClientBytes) throw tooManyClients(this.#clients.size);
      client = { values, times: [], attempts: [] };
      this.#clients.set(key, client);
    }
    client.times.push(at);
    client.attempts.push(attempts);
  }

  /** Call it after all failures: a success is kept if its value failed before. */
  addSuccess({ at, values }: AuthenticationFacts): void {
    const value = values[this.#by];
    if (value === undefined) return;
    this.#firstFailures ??= this.#firstOfEach();
    const first = this.#firstFailures.get(value) ?? Number.POSITIVE_INFINITY;
    if (at < first) return;
    this.#successes.set(value, Math.min(at, this.#successes.get(value) ?? at));
  }

  #firstOfEach(): Map<string, Micros> {
    const firsts = new Map<string, Micros>();
    for (const { values, times } of this.#clients.values()) {
      const value = values[this.#by];
      if (value === undefined) continue;
      firsts.set(
        value,
        times.reduce((least, at) => Math.min(least, at), firsts.get(value) ?? Infinity),
      );
    }
    return firsts;
  }

  /** Most failures first, then by value; failures without a value are a group too. */
  groups(): FailedAuthGroup[] {
    const byValue = Map.groupBy(this.#clients.values(), ({ values }) => values[this.#by]);
    const groups = [...byValue].map(([value, clients]): FailedAuthGroup => {
      const times = clients.flatMap((client) => client.times);
      const first = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
      const last = times.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
      const succeededAt = value === undefined ? undefined : this.#successes.get(value);
      return {
        ...(value !== undefined && { value }),
        count: clients.reduce((sum, client) => sum + countMistakes(client), 0),
        events: times.length,
        first,
        last,
        ...(succeededAt !== undefined && { succeededAt }),
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

function tooManyClients(clients: number): AnnalsError {
  return new AnnalsError(
    'invalid',
    `Cannot count: the failures are of more than ${clients} clients, and there is no room to group more; narrow the time with from and to, or the events with a filter`,
  );
}
