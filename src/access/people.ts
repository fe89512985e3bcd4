import type { Clock, Micros } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import type { Accounts } from './accounts.ts';
import { randomText } from './key.ts';
import type { NewPasskey, RightAnswer } from './passkeys.ts';
import { isValid, type LinkRecord, type PersonRecord } from './records.ts';

export interface PeopleOptions {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
}

/** Those who sign in with a passkey. */
export class People {
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** Somebody with what a link gives, who does not exist before `add`. Their creator is that of the link. */
  draw(link: LinkRecord, name: string, passkey: NewPasskey): PersonRecord {
    const { organisation, role, createdBy } = link;
    const { random, clock } = this.#options;
    const id = randomText(12, random);
    return { id, organisation, role, name, createdAt: clock(), createdBy, ...passkey };
  }

  /** Durable once resolved. */
  async add(person: PersonRecord): Promise<void> {
    await this.#people.put(person);
  }

  /** Takes back what was added, when the rest could not be done. */
  async remove({ id }: PersonRecord): Promise<void> {
    await this.#people.remove(id);
  }

  get(id: string): PersonRecord | undefined {
    return this.#people.get(id);
  }

  /** Those of an organisation who may sign in, oldest first. */
  list(organisation: string): readonly PersonRecord[] {
    return [...this.#people.values()]
      .filter((one) => one.organisation === organisation && isValid(one, this.#options.clock()))
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** Notes that the passkey was used. Durable once resolved, so its counter is never accepted again. */
  async signedIn({ person, counter }: RightAnswer): Promise<PersonRecord> {
    const used = { ...(this.get(person.id) ?? person), counter, signedInAt: this.#options.clock() };
    await this.#people.put(used);
    return used;
  }

  /** It holds at once, with their sessions, as `Collection.end` says. */
  async revoke(person: PersonRecord, at: Micros): Promise<void> {
    await this.#people.end({ ...(this.get(person.id) ?? person), revokedAt: at });
  }

  get #people() {
    return this.#options.accounts.collections.people;
  }
}
