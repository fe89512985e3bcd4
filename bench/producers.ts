/**
 * What it costs to record events that other languages wrote: `node bench/producers.ts [events]`, 20,000 by default.
 *
 * Each event has a name with an accent, an address with two parameters, and a duration of whole milliseconds as a number
 * with a fraction. The default writers of Python, Go and Java (Jackson, from Maven) write them, and JSON.stringify as what
 * they are compared with. The figure is the processor time of what a server does with a request of 1,000 before the disk:
 * reading, checking, writing canonically, hashing. Writers take turns. One whose language is missing is left out.
 */
import { spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDrafts } from '../src/core/draft.ts';
import { runToCompletion } from '../src/core/pausable-work.ts';
import { personalPaths } from '../src/integrity/personal.ts';
import { Sequencer } from '../src/ledger/sequencing.ts';
import { EventColumns } from '../src/store/event-columns.ts';
import { apiEvent } from './api-events.ts';

const count = Number(process.argv[2] ?? 20_000);
const rounds = 7;
const perRequest = 1_000;
const now = Date.parse('2026-01-01T01:00:00Z') * 1_000;
const here = fileURLToPath(new URL('producers/', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'annals-producers-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

function event(number: number) {
  const { createdAt, ...draft } = apiEvent(number, now);
  const context = {
    ...(draft.context as object),
    url: `https://api.example.com/v1/list?page=${number}&limit=10`,
    duration: number % 90,
  };
  return { ...draft, user: { subject: 'usr-1', name: `Zoë ${number % 100}` }, context };
}

const events = Array.from({ length: count }, (_, number) => event(number));
const canonical = events.map((one) => JSON.stringify(one));
/** JSON.stringify cannot write 12.0. */
const input = canonical.map((line) => line.replace(/("duration":\d+)/, '$1.0')).join('\n');

/** The lines that a command writes for these events; undefined where there is no such command. */
function linesOf(command: string, args: readonly string[]): string[] | undefined {
  const { status, stdout, error } = spawnSync(command, args, { input, maxBuffer: 2 ** 30 });
  if (error !== undefined || status !== 0) return undefined;
  return stdout.toString().trimEnd().split('\n');
}

function jackson(): string[] | undefined {
  const classPath = join(temporary, 'class-path');
  const arguments_ = ['-q', '-B', '-f', here, 'dependency:build-classpath'];
  const { status } = spawnSync('mvn', [...arguments_, `-Dmdep.outputFile=${classPath}`]);
  if (status !== 0) return undefined;
  return linesOf('java', ['-cp', readFileSync(classPath, 'utf8'), join(here, 'Producer.java')]);
}

const writers = {
  'JSON.stringify': canonical,
  'Python json': linesOf('python3', [join(here, 'producer.py')]),
  'Go encoding/json': linesOf('go', ['run', join(here, 'producer.go')]),
  'Java Jackson': jackson(),
};

const sequencer = new Sequencer({
  clock: () => now,
  random: (bytes) => void randomFillSync(bytes),
  personalPaths: () => personalPaths(),
});

/** Microseconds of processor time an event. */
function measure(lines: readonly string[]): number {
  const requests: Buffer[] = [];
  for (let at = 0; at < lines.length; at += perRequest) {
    requests.push(Buffer.from(`{"events":[${lines.slice(at, at + perRequest).join(',')}]}`));
  }
  const before = process.cpuUsage();
  let sequence = 0;
  for (const request of requests) {
    const columns = new EventColumns();
    for (const draft of runToCompletion(readDrafts(request, 'application/json', now))) {
      sequencer.sequence(sequencer.prepare('org-a', draft), sequence, now, columns);
      sequence += 1;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / lines.length;
}

const times = new Map<string, number[]>();
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, lines] of Object.entries(writers)) {
    if (lines === undefined) continue;
    const time = measure(lines);
    // The first round compiles.
    if (round > 0) times.set(name, [...(times.get(name) ?? []), time]);
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const reference = median(times.get('JSON.stringify')!);
for (const [name, lines] of Object.entries(writers)) {
  const time = times.get(name);
  const said =
    time === undefined || lines === undefined
      ? 'is not on this machine'
      : `${median(time).toFixed(1).padStart(6)} µs an event, ${(reference / median(time)).toFixed(2)} of the rate of JSON.stringify`;
  process.stdout.write(`${name.padEnd(18)}${said}\n`);
}
