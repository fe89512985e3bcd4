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
    const kept = this.peek(key);
    if (kept !== undefined) return kept;
    const value = make();
    this.put(key, value, costOf(value));
    return value;
  }

  /** What is kept under this key. */
  peek(key: string): Value | undefined {
    const kept = this.#entries.get(key);
    if (kept === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, kept);
    return kept.value;
  }

  put(key: string, value: Value, cost: number): void {
    this.#remove(key);
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#cost <= this.#maxCost || oldest === key) break;
      this.#remove(oldest);
    }
  }

  /** Drops whatever has another key. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#remove(key);
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.#remove(key);
  }

  #remove(key: string): void {
    const kept = this.#entries.get(key);
    if (kept === undefined) return;
    this.#entries.delete(key);
    this.#cost -= kept.cost;
    this.#dropped(kept.value);
  }
}
