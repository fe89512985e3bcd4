import { setTimeout as sleep } from 'node:timers/promises';
import type { Kill } from './kills.ts';
import { type LifeMemory, lifeMemory, type MemorySample } from './memory.ts';
import { Wrong } from './problems.ts';
import { between, type Progress, type Standing } from './progress.ts';
import type { SoakContext } from './soak-context.ts';
import { createdAtOf } from './streams.ts';

/** In milliseconds; far more than a busy machine makes anybody wait for a second to pass. */
const longestPause = 15_000;

/** How things stand, told now and then. */
export interface SoakStatus extends Progress {
  readonly elapsedSeconds: number;
  /** For how long the event has been due that waits longest to be acknowledged. */
  readonly behindSeconds: number;
  /** Accepted by the server and not yet on its disk. */
  readonly waiting: number;
  readonly serverBytes: number;
  /** Of this process, which must not grow either. */
  readonly ownBytes: number;
  readonly segments: number;
}

/** A server from one start to its end: by a kill, or the last one in order. */
export interface Life extends Progress {
  readonly kill: Kill | undefined;
  readonly memory: LifeMemory;
}

/** Looks at the server every second, and sums up each of its lives. */
export class Observer {
  readonly #soak: SoakContext;
  readonly #begin: Standing;
  #lifeBegin: Standing;
  #life: number;
  #samples: MemorySample[] = [];
  #waiting = 0;

  constructor(soak: SoakContext) {
    this.#soak = soak;
    this.#begin = this.#now();
    this.#lifeBegin = this.#begin;
    this.#life = soak.server.life;
  }

  /** Goes on until it is enough. `tell` is called every so many seconds. */
  async watch(everySeconds: number, tell: (sight: SoakStatus) => void): Promise<void> {
    const { enough, server } = this.#soak;
    let before = this.#begin;
    while (!enough.aborted) {
      const asleep = performance.now();
      await sleep(1_000, undefined, { signal: enough }).catch(() => {});
      this.#checkAwake(performance.now() - asleep);
      await this.#sample();
      const after = this.#now();
      if (after.at - before.at < everySeconds * 1_000) continue;
      tell({
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

  /** All of it so far. */
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

  #now(): Standing {
    const { figures, acknowledgements } = this.#soak;
    return figures.now(acknowledgements.acknowledged.reduce((sum, count) => sum + count, 0));
  }

  /** When the machine sleeps, or this process is stopped, waits pass for which the server is not to blame. */
  #checkAwake(millis: number): void {
    if (millis < longestPause) return;
    const seconds = Math.round(millis / 1_000);
    const message = `this process stood still for ${seconds} s; what goes wrong next may come from that`;
    this.#soak.problems.add('soak', new Wrong(message));
  }

  /** A server that is just not there is looked at the next time. */
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
