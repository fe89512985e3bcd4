/** A record of a collection: values that a row of a table has as they are. */
export type CollectedRecord = { readonly id: string } & {
  readonly [field: string]: string | number | Uint8Array | undefined;
};

/** Where a collection is kept. */
export interface CollectionDisk<R> {
  /** Adds or replaces. Durable once resolved. */
  put(record: R): Promise<void>;
  /** The same, and a removal. On rejection it is tried again, as long as the process lives. */
  end(record: R): Promise<void>;
  remove(id: string): Promise<void>;
}

const noDisk: CollectionDisk<unknown> = {
  put: async () => {},
  end: async () => {},
  remove: async () => {},
};

/**
 * Few records of one kind, by id. They are in memory and read without waiting; changes are seen by every later call at
 * once, and are durable once resolved.
 */
export class Collection<R extends { readonly id: string }> {
  readonly #records = new Map<string, R>();
  readonly #disk: CollectionDisk<R>;

  /** @param stored what the disk has */
  constructor(stored: Iterable<R> = [], disk: CollectionDisk<R> = noDisk) {
    for (const record of stored) this.#records.set(record.id, record);
    this.#disk = disk;
  }

  get(id: string): R | undefined {
    return this.#records.get(id);
  }

  values(): Iterable<R> {
    return this.#records.values();
  }

  /** Adds or replaces. On rejection it is as it was before, unless it was changed again meanwhile. */
  async put(record: R): Promise<void> {
    const { id } = record;
    const before = this.#records.get(id);
    this.#records.set(id, record);
    try {
      await this.#disk.put(record);
    } catch (error) {
      if (this.#records.get(id) === record) {
        if (before === undefined) this.#records.delete(id);
        else this.#records.set(id, before);
      }
      throw error;
    }
  }

  /**
   * Replaces a record by one that says that it has ended. It holds also when the disk is full: then this rejects with
   * `unavailable`, and the disk gets it as soon as it can. Only a stop of the process before that brings back what was.
   */
  async end(record: R): Promise<void> {
    this.#records.set(record.id, record);
    await this.#disk.end(record);
  }

  /** Nothing happens if there is none. It holds as `end` does. */
  async remove(id: string): Promise<void> {
    if (this.#records.delete(id)) await this.#disk.remove(id);
  }
}
