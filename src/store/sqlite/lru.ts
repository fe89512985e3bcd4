/** Keeps what was used last, up to a total cost. */
export class Lru<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly cost: number }>();
  readonly #maxCost: number;
  readonly #dropped: (value: Value) => void;
  #cost = 0;

  constructor(maxCost: number, dropped: (value: Value) => void = () => {}) {
    this.#maxCost = maxCost;
    this.#dropped = dropped;
  }

  /** What is kept under this key, or else what `make` gives. */
  get(key: string, make: () => Value, costOf: (value: Value) => number): Value {
    const kept = this.#entries.get(key);
    if (kept !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      return kept.value;
    }
    const value = make();
    const cost = costOf(value);
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const [oldest, { value: old, cost: freed }] of this.#entries) {
      if (this.#cost <= this.#maxCost || oldest === key) break;
      this.#entries.delete(oldest);
      this.#cost -= freed;
      this.#dropped(old);
    }
    return value;
  }

  /** Drops whatever has another key. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, { value, cost }] of this.#entries) {
      if (keys.has(key)) continue;
      this.#entries.delete(key);
      this.#cost -= cost;
      this.#dropped(value);
    }
  }

  clear(): void {
    for (const { value } of this.#entries.values()) this.#dropped(value);
    this.#entries.clear();
    this.#cost = 0;
  }
}
