import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/core/errors.ts';
import { ServerProcess } from '../../test/server-process.fixture.ts';
import { type Problems, Wrong } from './problems.ts';

/** A start of the server that takes longer counts as none. */
const startPatience = 120_000;

/** `annals serve` in a process of its own that is killed and started again, at the same address. */
export class SoakServer {
  readonly #process: ServerProcess;
  readonly #problems: Problems;
  readonly #lost: () => void;
  /** Grows with every end of the process, so that whoever waits for an answer knows why none comes. */
  #life = 1;
  #up = Promise.withResolvers<void>();
  #heard = 0;

  private constructor(process: ServerProcess, problems: Problems, lost: () => void) {
    this.#process = process;
    this.#problems = problems;
    this.#lost = lost;
    // A soak that is given up leaves no server behind.
    global.process.once('exit', () => void process.end('SIGKILL'));
    this.#begin();
  }

  /** @param lost is called when it cannot be started any more */
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

  /** Resolves when it answers. Rejects with `Wrong` when it cannot be started any more. */
  up(): Promise<void> {
    return this.#up.promise;
  }

  /**
   * Kills it and starts it again. Gives which files were being written, and how long the start took until it listened,
   * in milliseconds.
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
    if (code !== 0) this.#problems.add('server', new Wrong(`left with ${code} after SIGTERM`));
    this.#listen();
  }

  async sealedSegments(): Promise<number> {
    const names = await readdir(join(this.data, 'segments'));
    return names.filter((name) => name.endsWith('.segment')).length;
  }

  /** Files that are being written, by their names. */
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

  /** A server that ends before it is told to is a problem, and started again. */
  async #guard(life: number): Promise<void> {
    await this.#process.ended();
    if (life !== this.#life) return;
    this.#down();
    this.#problems.add('server', new Wrong('it ended by itself'));
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
      const lost = new Wrong(`it does not start any more: ${messageOf(error)}`);
      this.#up.promise.catch(() => {});
      this.#up.reject(lost);
      this.#lost();
      throw lost;
    }
    const took = performance.now() - began;
    this.#begin();
    return took;
  }

  /** It logs nothing below an error, so whatever it logged is a problem. */
  #listen(): void {
    const logged = this.#process.output.slice(this.#heard).split('\n').filter(isLogged);
    this.#heard = this.#process.output.length;
    for (const line of logged) this.#problems.add('server', new Wrong(`it logged ${line}`));
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
