/** What this browser remembers of a log from the times before. */
export interface Remembered {
  /** The log as its checkpoints name it. */
  readonly origin: string;
  /** Verifier keys that are trusted; behind one that was replaced, the size up to which it counts. */
  readonly keys: readonly string[];
  readonly personalPaths: readonly string[];
  /** The newest checkpoint that was verified here, as it was signed. */
  readonly checkpoint: string;
  /** When it was verified, and when this log was first seen. RFC 3339. */
  readonly at: string;
  readonly firstAt: string;
}

/** A log that was rolled back, forked, or signed by a key that nobody vouched for: what was seen, and when. */
export interface Alarm {
  readonly kind: 'rollback' | 'fork' | 'key';
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
  /** The checkpoints that contradict each other: the one from before, and the one that was seen. */
  readonly kept: string;
  readonly seen: string;
}

/** Where both are kept, by the identity of the organisation. */
export interface Memory {
  recall(organisation: string): Remembered | undefined;
  remember(organisation: string, what: Remembered): void;
  alarmOf(organisation: string): Alarm | undefined;
  raise(organisation: string, alarm: Alarm): void;
  /** Forgets the alarm alone: what is wrong raises it again. */
  dismiss(organisation: string): void;
  /** Forgets log and alarm: the next checkpoint is believed as the first one was. */
  forget(organisation: string): void;
}

/** In the storage of the browser; in memory alone while that refuses. Every change is told to those who watch. */
export class BrowserMemory implements Memory {
  readonly #storage: Storage | undefined;
  readonly #known = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
  }

  recall(organisation: string): Remembered | undefined {
    return this.#read<Remembered>(`log ${organisation}`);
  }

  remember(organisation: string, what: Remembered): void {
    this.#write(`log ${organisation}`, what);
  }

  alarmOf(organisation: string): Alarm | undefined {
    return this.#read<Alarm>(`alarm ${organisation}`);
  }

  raise(organisation: string, alarm: Alarm): void {
    // The first one is the evidence; what comes after it follows from it.
    if (this.alarmOf(organisation) === undefined) this.#write(`alarm ${organisation}`, alarm);
  }

  dismiss(organisation: string): void {
    this.#remove(`alarm ${organisation}`);
  }

  forget(organisation: string): void {
    this.#remove(`alarm ${organisation}`);
    this.#remove(`log ${organisation}`);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #read<T>(name: string): T | undefined {
    const text =
      this.#inStorage((storage) => storage.getItem(nameOf(name))) ?? this.#known.get(name);
    if (text === undefined) return undefined;
    const earlier = this.#parsed.get(name);
    if (earlier?.text === text) return earlier.value as T;
    const value = JSON.parse(text) as T;
    this.#parsed.set(name, { text, value });
    return value;
  }

  /** Equal texts give the same object, so that what shows it is not drawn again. */
  readonly #parsed = new Map<string, { readonly text: string; readonly value: unknown }>();

  #write(name: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.#known.set(name, text);
    this.#inStorage((storage) => storage.setItem(nameOf(name), text));
    this.#tell();
  }

  #remove(name: string): void {
    this.#known.delete(name);
    this.#inStorage((storage) => storage.removeItem(nameOf(name)));
    this.#tell();
  }

  #inStorage<T>(use: (storage: Storage) => T): T | undefined {
    if (this.#storage === undefined) return undefined;
    try {
      return use(this.#storage);
    } catch {
      // Full, or not allowed: then it lasts as long as the page.
      return undefined;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const nameOf = (name: string) => `annals.proof ${name}`;
