import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian has the programs of each version, which are not on the PATH there. */
const debian = '/usr/lib/postgresql';

/** The directory with PostgreSQL's programs; undefined when this machine has none. */
export function postgresqlPrograms(): string | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const places = [
    ...versions.sort((a, b) => b - a).map((version) => join(debian, String(version), 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return places.find((place) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(place, program))),
  );
}

/** PostgreSQL refuses to run as root. Then it runs as the user that Debian has for it, or as nobody. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const idOf = async (flag: string) => Number((await run('id', [flag, user])).stdout);
      return { uid: await idOf('-u'), gid: await idOf('-g') };
    } catch {
      // There is no such user.
    }
  }
  throw new Error('Cannot run PostgreSQL as root: there is neither a user postgres nor nobody');
}

/**
 * A PostgreSQL as `initdb` makes it, in a directory of its own that is removed at the end, with a small server in front
 * of it: `postgresql-server.ts`. It listens on a socket in that directory, and on no port.
 */
export class PostgresqlPeer {
  readonly version: string;
  readonly url: string;
  readonly #directory: string;
  readonly #postmaster: ChildProcess;
  readonly #server: ChildProcess;

  private constructor(
    version: string,
    url: string,
    directory: string,
    postmaster: ChildProcess,
    server: ChildProcess,
  ) {
    this.version = version;
    this.url = url;
    this.#directory = directory;
    this.#postmaster = postmaster;
    this.#server = server;
  }

  /** With a table for organisations that have these keys. */
  static async start(programs: string, keys: readonly string[]): Promise<PostgresqlPeer> {
    const user = await unprivileged();
    const directory = await mkdtemp(join(tmpdir(), 'annals-postgresql-'));
    if (user !== undefined) chownSync(directory, user.uid, user.gid);
    const data = join(directory, 'data');
    const options = { cwd: directory, ...user };
    await run(
      join(programs, 'initdb'),
      ['--pgdata', data, '--username', 'bench', '--auth', 'trust', '--encoding', 'UTF8'],
      options,
    );
    const { stdout } = await run(join(programs, 'postgres'), ['--version']);
    const postmaster = spawn(
      join(programs, 'postgres'),
      ['-D', data, '-k', directory, '-c', 'listen_addresses='],
      { ...options, stdio: 'ignore' },
    );
    const module = fileURLToPath(new URL('postgresql-server.ts', import.meta.url));
    // The socket is there before it takes connections.
    while (!existsSync(join(directory, '.s.PGSQL.5432'))) {
      if (postmaster.exitCode !== null) throw new Error('PostgreSQL did not start');
      await setTimeout(20);
    }
    const server = spawn(process.execPath, [module, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    server.stdin.end(JSON.stringify(keys));
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const url = String(line).trim();
    return new PostgresqlPeer(stdout.trim(), url, directory, postmaster, server);
  }

  /** The processes that do its work: the server, and PostgreSQL's first one, whose children the others are. */
  get pids(): { server: number; postmaster: number } {
    return { server: this.#server.pid!, postmaster: this.#postmaster.pid! };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = [this.#server, this.#postmaster].map((child) => once(child, 'exit'));
    this.#server.kill('SIGTERM');
    // At once: clients are cut off, nothing is left running.
    this.#postmaster.kill('SIGINT');
    await Promise.all(ended);
    await rm(this.#directory, { recursive: true, force: true });
  }
}
