import { setTimeout as sleep } from 'node:timers/promises';
import type { Kill } from './kills.ts';
import { type LifeMemory, lifeMemory, type MemorySample } from './memory.ts';
import { Violation } from './problems.ts';
import { between, type Progress, type Snapshot } from './progress.ts';
import type { SoakContext } from './soak-context.ts';
import { createdAtOf } from './streams.ts';

/** In milliseconds; much longer than a second takes on a busy machine. */
const longestPause = 15_000;

/** The state of the soak, printed at intervals. */
export interface SoakStatus extends Progress {
  readonly elapsedSeconds: number;
  /** How long the oldest event that is not acknowledged has been due. */
  readonly behindSeconds: number;
  /** Accepted by the server and not yet on its disk. */
  readonly waiting: number;
  readonly serverBytes: number;
  /** Of this process, which must not grow either. */
  readonly ownBytes: number;
  readonly segments: number;
}

/** A server from its start to its end: by a kill, or in order for the last one. */
export interface Life extends Progress {
  readonly kill: Kill | undefined;
  readonly memory: LifeMemory;
}

/** Measures the server every second, and sums up each life. */
export class Observer {
  readonly #soak: SoakContext;
  readonly #begin: Snapshot;
  #lifeBegin: Snapshot;
  #life: number;
  #samples: MemorySample[] = [];
  #waiting = 0;

  constructor(soak: SoakContext) {
    this.#soak = soak;
    this.#begin = this.#now();
    this.#lifeBegin = this.#begin;
    this.#life = soak.server.life;
  }

  /** Runs until the soak ends. Calls `tell` every so many seconds. */
  async watch(everySeconds: number, report: (status: SoakStatus) => void): Promise<void> {
    const { enough, server } = this.#soak;
    let before = this.#begin;
    while (!enough.aborted) {
      const asleep = performance.now();
      await sleep(1_000, undefined, { signal: enough }).catch(() => {});
      this.#checkAwake(performance.now() - asleep);
      await this.#sample();
      const after = this.#now();
      if (after.at - before.at < everySeconds * 1_000) continue;
      report({
        ...between(before, after),
        elapsedSeconds: (after.at - this.#begin.at) / 1_000,
        behindSeconds: this.behindSeconds(),
        waiting: this.#waiting,
        serverBytes: this.#samples.at(-1)?.bytes ?? 0,
        ownBytes: process.memoryUsage.rss(),
        segments: await server.sealedSegments(),
      });
      before = after;
    }
  }

  endLife(kill: Kill | undefined): Life {
    const after = this.#now();
    const life = {
      ...between(this.#lifeBegin, after),
      kill,
      memory: lifeMemory(this.#samples, this.#soak.plan.killSeconds),
    };
    this.#lifeBegin = after;
    this.#life = this.#soak.server.life;
    this.#samples = [];
    return life;
  }

  /** The whole soak so far. */
  total(): Progress {
    return between(this.#begin, this.#now());
  }

  behindSeconds(): number {
    const { organisations, acknowledgements } = this.#soak;
    const now = Date.now() * 1_000;
    const waits = organisations
      .flatMap(({ streams }) => streams)
      .filter(({ producer, total }) => acknowledgements.acknowledged[producer]! < total)
      .map(
        (stream) =>
          now - createdAtOf(stream, acknowledgements.acknowledged[stream.producer]!) - stream.late,
      );
    return Math.max(0, ...waits) / 1_000_000;
  }

  #now(): Snapshot {
    const { figures, acknowledgements } = this.#soak;
    return figures.now(acknowledgements.acknowledged.reduce((sum, count) => sum + count, 0));
  }

  /** When the machine sleeps, or this process is stopped, the delay is not the server's. */
  #checkAwake(millis: number): void {
    if (millis < longestPause) return;
    const seconds = Math.round(millis / 1_000);
    const message = `this process stood still for ${seconds} s; what goes wrong next may come from that`;
    this.#soak.problems.add('soak', new Violation(message));
  }

  /** A server that is being restarted is measured the next time. */
  async #sample(): Promise<void> {
    const { server } = this.#soak;
    try {
      const text = await fetchText(`${server.url}/metrics`);
      if (server.life !== this.#life) return;
      const age = (performance.now() - this.#lifeBegin.at) / 1_000;
      this.#samples.push({ age, bytes: gauge(text, 'process_resident_memory_bytes') });
      this.#waiting = gauge(text, 'annals_waiting_events');
    } catch {
      this.#waiting = 0;
    }
  }
}

async function fetchText(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(longestPause) })).text();
}

function gauge(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}
