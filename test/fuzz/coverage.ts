import { type Profiler, Session } from 'node:inspector';

const sources = new URL('../../src/', import.meta.url).href;

/**
 * Which blocks of the source ran, by the coverage that V8 itself counts. Nothing is instrumented, so it works with the
 * source as it stands. Counting covers this process from the moment it is created; it makes code slower, but not much.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many blocks ran so far. */
  get blocks(): number {
    return this.#seen.size;
  }

  /** The blocks that ran since the last call and had never run before. */
  takeNew(): string[] {
    const blocks = this.take().filter((block) => !this.#seen.has(block));
    for (const block of blocks) this.#seen.add(block);
    return blocks;
  }

  /** All blocks that ran since the last call. They do not count as seen. */
  take(): string[] {
    const blocks: string[] = [];
    const { result } = this.#post(
      'Profiler.takePreciseCoverage',
    ) as Profiler.TakePreciseCoverageReturnType;
    for (const { url, functions } of result) {
      if (!url.startsWith(sources)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) blocks.push(`${url} ${startOffset} ${endOffset}`);
        }
      }
    }
    return blocks;
  }

  close(): void {
    this.#session.disconnect();
  }

  #post(method: string, parameters?: object): unknown {
    // A session of its own thread answers before `post` returns.
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
