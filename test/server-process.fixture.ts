import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/annals.js', import.meta.url));

/** An operator's key that a test knows before the server starts. */
export const operatorKey = 'annals_TestOperator_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';

/** How the process is started, other than by default. */
export interface Launch {
  /** A command in front of it, such as `nice`, with its arguments. */
  readonly through?: readonly string[];
  readonly stdin?: 'pipe';
}

/** `annals serve` in a process of its own, on a free port. The data directory stays when the process ends. */
export class ServerProcess {
  readonly data: string;
  url = '';
  /** Everything it wrote to stdout and stderr, over all its starts. */
  output = '';
  #child: ChildProcess | undefined;
  readonly #written = new EventEmitter();
  readonly #flags: readonly string[];
  readonly #launch: Launch;

  private constructor(data: string, flags: readonly string[], launch: Launch) {
    this.data = data;
    this.#flags = flags;
    this.#launch = launch;
  }

  static async start(flags: readonly string[] = []): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'annals-test-')), flags, {});
    await server.start();
    return server;
  }

  /** On a data directory that the caller removes. */
  static async on(
    data: string,
    flags: readonly string[] = [],
    launch: Launch = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(data, flags, launch);
    await server.start();
    return server;
  }

  /** Writes to its standard input, for which `launch` must have `stdin`. */
  say(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Resolves once what it has written since all its starts matches. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) await once(this.#written, 'text');
  }

  /** Id of the process, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once it has ended. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, 'exit');
  }

  /** Starts it (again) and waits until it listens. */
  async start(): Promise<void> {
    const flags = ['--data', this.data, '--port', '0', '--log-level', 'error', ...this.#flags];
    const { through = [], stdin = 'ignore' } = this.#launch;
    const [command = '', ...args] = [...through, process.execPath, program, 'serve', ...flags];
    const child = spawn(command, args, {
      env: { ...process.env, ANNALS_OPERATOR_KEY: operatorKey },
      stdio: [stdin, 'pipe', 'pipe'],
    });
    this.#child = child;
    this.url = await new Promise((resolve, reject) => {
      const read = (text: Buffer) => {
        this.output += text;
        this.#written.emit('text');
        const url = /listens on (\S+)/.exec(String(text))?.[1];
        if (url !== undefined) resolve(url);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${this.output}`)));
    });
  }

  /** Ends it by a signal. Returns its exit code, or null when the signal itself ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;
    return code as number | null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }

  /** Sends a request and returns the JSON of the response. Throws when the status is an error. */
  async json<T>(method: string, path: string, key: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** An organisation with a key that may do everything there. */
  async organisation(slug: string): Promise<{ identity: string; key: string }> {
    const name = slug;
    const { identity } = await this.json<{ identity: string }>(
      'POST',
      '/v1/organisations',
      operatorKey,
      { slug, name },
    );
    const { key } = await this.json<{ key: string }>('POST', '/v1/keys', operatorKey, {
      organisation: slug,
      role: 'org-admin',
      name: 'test',
    });
    return { identity, key };
  }
}
