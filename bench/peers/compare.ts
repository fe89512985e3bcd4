/**
 * Annals beside what an application would build instead: `node bench/peers/compare.ts [events] [seconds a turn]`. Both get
 * the same requests of the same program in the same run, by turns; while one is measured, the other is stopped. Recording
 * is acknowledged when it is durable, here and there. The peer proves nothing, and its pages have no total unless it says
 * so. It needs PostgreSQL's programs (Debian: `postgresql`), and Linux.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ServerProcess } from '../../test/server-process.fixture.ts';
import { actions, rareWords } from '../api-events.ts';
import { Connection, requestBytes } from '../connection.ts';
import { perSecond, printRow, printTable, quantile, whole } from '../figures.ts';
import { eventLines, makeOrganisations, recordingShapes } from '../ingest.ts';
import { childrenOf, processorSeconds } from '../processes.ts';
import { fill } from '../query.ts';
import { PostgresqlPeer, postgresqlPrograms } from './postgresql.ts';

/** One of the two servers. */
interface Side {
  readonly url: string;
  /** Its processes of now. */
  pids(): Promise<number[]>;
}

export interface Comparison {
  readonly path: string;
  readonly annals: string;
  readonly postgresql: string;
  /** How many times as fast Annals is: more than 1 is faster. */
  readonly ratio: string;
}

const noPeer =
  'PostgreSQL is not compared: this machine has none of its programs (Debian: postgresql)';

/** The same events in both, as `fill` records them. Undefined, and a sentence, where there is no PostgreSQL. */
export async function comparePeers(
  server: ServerProcess,
  keys: readonly string[],
  events: number,
  seconds: number,
): Promise<Comparison[] | undefined> {
  const programs = process.platform === 'linux' ? postgresqlPrograms() : undefined;
  if (programs === undefined) {
    console.log(noPeer);
    return undefined;
  }
  await using peer = await PostgresqlPeer.start(programs, keys);
  printRow('beside it', peer.version);
  const annals: Side = { url: server.url, pids: async () => [server.pid!] };
  const postgresql: Side = {
    url: peer.url,
    pids: async () => {
      const { server: front, postmaster } = peer.pids;
      return [front, postmaster, ...(await childrenOf(postmaster))];
    },
  };
  await fill(peer.url, keys, events);
  await post(peer.url, '/analyze');
  const sides = new Turns(annals, postgresql);
  const questions = await compareQuestions(sides, peer.url, keys);
  const exports = await compareExports(sides, keys[0] ?? '');
  const recording = await compareRecording(sides, keys, seconds);
  return [...recording, ...questions, exports];
}

async function post(url: string, path: string): Promise<void> {
  const response = await fetch(url + path, { method: 'POST' });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** Two measurements of each side, Annals first and last, so that a drift of the machine is the same for both. */
class Turns {
  readonly #annals: Side;
  readonly #postgresql: Side;

  constructor(annals: Side, postgresql: Side) {
    this.#annals = annals;
    this.#postgresql = postgresql;
  }

  async measure<T>(
    measure: (side: Side) => Promise<T>,
  ): Promise<{ annals: readonly T[]; postgresql: readonly T[] }> {
    const annals = () => this.#alone(this.#annals, this.#postgresql, measure);
    const postgresql = () => this.#alone(this.#postgresql, this.#annals, measure);
    const [first, second, third, fourth] = [
      await annals(),
      await postgresql(),
      await postgresql(),
      await annals(),
    ];
    return { annals: [first, fourth], postgresql: [second, third] };
  }

  /** What the other side still does, such as sealing or vacuuming, waits for its own turn. */
  async #alone<T>(side: Side, other: Side, measure: (side: Side) => Promise<T>): Promise<T> {
    const stopped = await other.pids();
    try {
      signal(stopped, 'SIGSTOP');
      return await measure(side);
    } finally {
      signal(stopped, 'SIGCONT');
    }
  }
}

/** Sends a signal to those that are still there: PostgreSQL's workers come and go. */
function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Numbers from here on are used for nothing else. */
let nextNumber = 2_000_000_000;

async function compareRecording(
  turns: Turns,
  keys: readonly string[],
  seconds: number,
): Promise<Comparison[]> {
  const rows: Comparison[] = [];
  for (const { name, connections, batch, target } of recordingShapes) {
    const most = Math.ceil((target * 1.7 * seconds) / batch);
    const first = nextNumber;
    nextNumber += 2 * most * batch;
    // Both record the same events; each turn has new ones.
    const turnsOf = new Map<Side, number>();
    const { annals, postgresql } = await turns.measure(async (side) => {
      const turn = turnsOf.get(side) ?? 0;
      turnsOf.set(side, turn + 1);
      const requests = Array.from({ length: most }, (_, n) => {
        const body = eventLines(first + (turn * most + n) * batch, batch);
        return requestBytes('POST', '/v1/audit/events', keys[n % keys.length] ?? '', body);
      });
      return await record(side, requests, connections, batch, seconds);
    });
    const rateOf = (turns: readonly Recording[]) => mean(turns.map(({ rate }) => rate));
    rows.push({
      path: name,
      annals: recordingText(annals),
      postgresql: recordingText(postgresql),
      ratio: (rateOf(annals) / rateOf(postgresql)).toFixed(2),
    });
  }
  return rows;
}

interface Recording {
  readonly rate: number;
  /** Processor time of the side, in microseconds for each event. */
  readonly micros: number;
}

const recordingText = (turns: readonly Recording[]) =>
  `${turns.map(({ rate }) => whole(rate)).join('; ')}/s, ${turns.map(({ micros }) => micros.toFixed(0)).join('; ')} µs`;

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The first fifth of the time is not counted. */
async function record(
  side: Side,
  requests: readonly Buffer[],
  connections: number,
  batch: number,
  forSeconds: number,
): Promise<Recording> {
  const processor = async () => {
    // The time of a worker that has ended is in that of PostgreSQL's first process.
    const seconds = await Promise.all(
      (await side.pids()).map((pid) => processorSeconds(pid).catch(() => 0)),
    );
    return seconds.reduce((sum, one) => sum + one, 0);
  };
  let next = 0;
  let counted = 0;
  const began = performance.now() + forSeconds * 200;
  const end = performance.now() + forSeconds * 1_000;
  let last = began;
  const before = await processor();
  const drive = async () => {
    const connection = await Connection.open(side.url);
    while (performance.now() < end && next < requests.length) {
      const request = requests[next] as Buffer;
      next += 1;
      const { status, body } = await connection.ask(request);
      if (status !== 201) throw new Error(`${status} ${body}`);
      last = performance.now();
      if (last >= began) counted += batch;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, drive));
  const micros = (((await processor()) - before) * 1_000_000) / (next * batch);
  return { rate: perSecond(counted, last - began), micros };
}

async function compareQuestions(
  turns: Turns,
  peerUrl: string,
  [large = '']: readonly string[],
): Promise<Comparison[]> {
  const byAction = actions.map((action) => `/v1/audit?includeSystemServices=true&action=${action}`);
  const byText = rareWords.map((word) => `/v1/audit?includeSystemServices=true&searchText=${word}`);
  const ask = async (path: string, paths: readonly string[], peerSuffix = '', times = 200) => {
    const { annals, postgresql } = await turns.measure(({ url }) =>
      waits(url, large, url === peerUrl ? paths.map((one) => one + peerSuffix) : paths, times),
    );
    return {
      path: `large log: ${path}`,
      annals: waitsText(annals),
      postgresql: waitsText(postgresql),
      ratio: (middle(postgresql) / middle(annals)).toFixed(2),
    };
  };
  const rows = [
    await ask('newest page', ['/v1/audit?includeSystemServices=true']),
    await ask('page by action', byAction),
    await ask('page by action, both with the total', byAction, '&withTotal=true'),
    await ask(
      'exact count by action',
      byAction.map((path) => `${path}&limit=1`),
      '&withTotal=true',
    ),
    await ask('page by rare text', byText, '', rareWords.length),
  ];
  const began = performance.now();
  await post(peerUrl, '/trigram-index');
  printRow('trigram index of PostgreSQL', `${((performance.now() - began) / 1_000).toFixed(1)} s`);
  rows.push(await ask('page by rare text, with pg_trgm', byText));
  return rows;
}

async function waits(
  url: string,
  key: string,
  paths: readonly string[],
  times: number,
): Promise<number[]> {
  const connection = await Connection.open(url);
  const requests = paths.map((path) => requestBytes('GET', path, key));
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const asked = performance.now();
    const { status, body } = await connection.ask(requests[n % requests.length]!);
    found.push(performance.now() - asked);
    if (status !== 200) throw new Error(`${paths[n % paths.length]}: ${status} ${body}`);
  }
  connection.close();
  return found;
}

const waitsText = (turns: readonly number[][]) =>
  `${turns.map((turn) => `${quantile(turn, 0.5).toFixed(2)}/${quantile(turn, 0.95).toFixed(2)}`).join('; ')} ms`;

const middle = (turns: readonly number[][]) => mean(turns.map((turn) => quantile(turn, 0.5)));

/** With curl into /dev/null. */
async function compareExports(turns: Turns, key: string): Promise<Comparison> {
  const { annals, postgresql } = await turns.measure(async ({ url }) => {
    const began = performance.now();
    const path = `${url}/v1/audit/export?format=ndjson&includeSystemServices=true`;
    const flags = ['--silent', '--fail', '--output', '/dev/null'];
    const curl = spawn('curl', [...flags, '--header', `Authorization: Bearer ${key}`, path]);
    const [code] = await once(curl, 'close');
    if (code !== 0) throw new Error(`curl ended with ${code}`);
    return (performance.now() - began) / 1_000;
  });
  const seconds = (turn: readonly number[]) => `${turn.map((one) => one.toFixed(2)).join('; ')} s`;
  return {
    path: 'large log: export (PostgreSQL: COPY)',
    annals: seconds(annals),
    postgresql: seconds(postgresql),
    ratio: (mean(postgresql) / mean(annals)).toFixed(2),
  };
}

export function printComparison(rows: readonly Comparison[]): void {
  printTable([
    ['path', 'Annals', 'PostgreSQL', 'times as fast'],
    ...rows.map(({ path, annals, postgresql, ratio }) => [path, annals, postgresql, ratio]),
  ]);
  console.log('Both turns of each; p50/p95; processor time of all processes for each event.');
}

if (import.meta.main) {
  const [events = 200_000, seconds = 4] = process.argv.slice(2).map(Number);
  await using server = await ServerProcess.start();
  const keys = await makeOrganisations(server, 50);
  await fill(server.url, keys, events);
  const rows = await comparePeers(server, keys, events, seconds);
  if (rows !== undefined) printComparison(rows);
}
