import { AnnalsError } from '../core/errors.ts';
import { type Clock, type Micros, minute, second } from '../core/micros.ts';

/** Wrong credentials that one address may send in a minute. A program with an old key sends fewer. */
const maxGuesses = 100;
/** How many addresses are remembered; the one that guessed first is forgotten first. */
const maxAddresses = 10_000;

/** Wrong credentials since a moment. */
interface Guesses {
  readonly since: Micros;
  count: number;
}

/**
 * Slows down the guessing of keys: after a hundred wrong credentials within a minute, an address has to wait until the
 * minute is over. Behind a proxy all clients have one address. So a key that was right from an address is counted by
 * itself there, and a stranger's guesses do not keep it out.
 */
export class GuessLimit {
  readonly #clock: Clock;
  readonly #guesses = new Map<string, Guesses>();
  /** From which address each key was right last. */
  readonly #rightFrom = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `too-many-requests` when this address has to wait before it may try this key. */
  check(address: string | undefined, keyId: string): void {
    // Nobody guesses at most times, and every request comes by here.
    if (address === undefined || this.#guesses.size === 0) return;
    const name = this.#nameOf(address, keyId);
    const guesses = this.#current(name);
    if (guesses === undefined || guesses.count < maxGuesses) return;
    const wait = Math.ceil((guesses.since + minute - this.#clock()) / second);
    throw new AnnalsError(
      'too-many-requests',
      `Too many wrong credentials from this address: try again in ${wait} seconds`,
      { retryAfterSeconds: wait },
    );
  }

  /** To be called when a credential was wrong. Returns whether the address has to wait from now on. */
  wrong(address: string | undefined, keyId: string): boolean {
    if (address === undefined) return false;
    const name = this.#nameOf(address, keyId);
    const guesses = this.#current(name) ?? { since: this.#clock(), count: 0 };
    guesses.count += 1;
    this.#guesses.set(name, guesses);
    if (this.#guesses.size > maxAddresses) {
      const [oldest = ''] = this.#guesses.keys();
      this.#guesses.delete(oldest);
    }
    return guesses.count === maxGuesses;
  }

  /** To be called when the secret of a known key was right. */
  right(address: string | undefined, keyId: string): void {
    if (address === undefined || this.#rightFrom.get(keyId) === address) return;
    this.#rightFrom.set(keyId, address);
  }

  #current(name: string): Guesses | undefined {
    const guesses = this.#guesses.get(name);
    if (guesses === undefined) return undefined;
    const age = this.#clock() - guesses.since;
    if (age >= 0 && age < minute) return guesses;
    this.#guesses.delete(name);
    return undefined;
  }

  #nameOf(address: string, keyId: string): string {
    return this.#rightFrom.get(keyId) === address ? `${address} ${keyId}` : networkOf(address);
  }
}

/** An IPv4 address; of an IPv6 address its first 64 bits, because a host has all addresses that begin with them. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const missing = 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
    groups.push(...Array.from({ length: missing }, () => '0'));
    if (tail !== '') groups.push(...tail.split(':'));
  }
  return groups.slice(0, 4).join(':');
}
