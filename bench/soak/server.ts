import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/core/errors.ts';
import { ServerProcess } from '../../test/server-process.fixture.ts';
import { type Problems, Violation } from './problems.ts';

/** A start that takes longer counts as failed. */
const startPatience = 120_000;

/** `annals serve` in a process of its own that is killed and started again, at the same address. */
export class SoakServer {
  readonly #process: ServerProcess;
  readonly #problems: Problems;
  readonly #lost: () => void;
  /** Grows with every end of the process, so that a client can tell why there is no response. */
  #life = 1;
  #up = Promise.withResolvers<void>();
  #heard = 0;

  private constructor(process: ServerProcess, problems: Problems, lost: () => void) {
    this.#process = process;
    this.#problems = problems;
    this.#lost = lost;
    // No server must remain when the soak is interrupted.
    global.process.once('exit', () => void process.end('SIGKILL'));
    this.#begin();
  }

  /** @param lost is called when the server cannot be started any more */
  static async start(
    data: string,
    flags: readonly string[],
    problems: Problems,
    lost: () => void,
  ): Promise<SoakServer> {
    const port = await freePort();
    const process = await ServerProcess.on(data, ['--port', String(port), ...flags]);
    return new SoakServer(process, problems, lost);
  }

  get life(): number {
    return this.#life;
  }

  get url(): string {
    return this.#process.url;
  }

  get data(): string {
    return this.#process.data;
  }

  organisation(slug: string): Promise<{ identity: string; key: string }> {
    return this.#process.organisation(slug);
  }

  /** Resolves when the server listens. Rejects with `Violation` when it cannot be started any more. */
  up(): Promise<void> {
    return this.#up.promise;
  }

  /**
   * Kills the server and starts it again. Returns which files it was writing, and how many milliseconds it took to listen
   * again.
   */
  async kill(): Promise<{ readonly cut: readonly string[]; readonly startMillis: number }> {
    this.#down();
    await this.#process.end('SIGKILL');
    const cut = await this.#unfinished();
    return { cut, startMillis: await this.#startAgain() };
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    this.#down();
    const code = await this.#process.end('SIGTERM');
    if (code !== 0) this.#problems.add('server', new Violation(`left with ${code} after SIGTERM`));
    this.#listen();
  }

  async sealedSegments(): Promise<number> {
    const names = await readdir(join(this.data, 'segments'));
    return names.filter((name) => name.endsWith('.segment')).length;
  }

  /** Names of the files that the server is writing. */
  async #unfinished(): Promise<string[]> {
    const folders = ['segments', 'ids'].map((name) => readdir(join(this.data, name)));
    return (await Promise.all(folders)).flat().filter((name) => name.endsWith('.part'));
  }

  #down(): void {
    this.#life += 1;
    this.#up = Promise.withResolvers();
  }

  #begin(): void {
    this.#up.resolve();
    void this.#guard(this.#life);
  }

  /** A server that ends by itself is a problem, and is started again. */
  async #guard(life: number): Promise<void> {
    await this.#process.ended();
    if (life !== this.#life) return;
    this.#down();
    this.#problems.add('server', new Violation('it ended by itself'));
    await this.#startAgain().catch((error: unknown) => this.#problems.add('server', error));
  }

  async #startAgain(): Promise<number> {
    this.#listen();
    const began = performance.now();
    const late = sleep(startPatience, undefined, { ref: false }).then(() => {
      throw new Error(`nothing within ${startPatience / 1_000} s`);
    });
    try {
      await Promise.race([this.#process.start(), late]);
    } catch (error) {
      const lost = new Violation(`it does not start any more: ${messageOf(error)}`);
      this.#up.promise.catch(() => {});
      this.#up.reject(lost);
      this.#lost();
      throw lost;
    }
    const took = performance.now() - began;
    this.#begin();
    return took;
  }

  /** The server logs only errors, so each line of the log is a problem. */
  #listen(): void {
    const logged = this.#process.output.slice(this.#heard).split('\n').filter(isLogged);
    this.#heard = this.#process.output.length;
    for (const line of logged) this.#problems.add('server', new Violation(`it logged ${line}`));
  }
}

const isLogged = (line: string) => line.startsWith('{');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}
