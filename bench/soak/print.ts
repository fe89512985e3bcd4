import { printTable, whole } from '../figures.ts';
import type { Kill } from './kills.ts';
import type { Life, SoakStatus } from './observer.ts';
import type { Problem } from './problems.ts';
import { activities, type Done, type Quantiles } from './progress.ts';
import type { SoakResult } from './run-soak.ts';

/** The line that is printed every few seconds. */
export function statusLine(status: SoakStatus): string {
  return [
    `${whole(status.elapsedSeconds)} s`,
    `${whole(status.eventsPerSecond)}/s`,
    `${status.behindSeconds.toFixed(1)} s behind`,
    `${status.waiting} waiting`,
    `writes ${quantiles(status.writeMillis)}`,
    `pages ${quantiles(status.pageMillis)}`,
    `${status.segments} segments`,
    `server ${megabytes(status.serverBytes)}`,
    `this ${megabytes(status.ownBytes)}`,
  ].join('  ');
}

export function problemLine({ at, who, message }: Problem): string {
  return `WRONG at ${at}, ${who}: ${message}`;
}

export function killLine({ aim, cutFiles, cutRequests, startMillis }: Kill): string {
  const cut = [`${cutRequests} requests`, ...cutFiles].join(', ');
  return `killed in ${aim}, cutting ${cut}; up again after ${seconds(startMillis)}`;
}

/** A line for each life, and then a summary. */
export function printResult(result: SoakResult): void {
  const { plan, total, expected, overtimeSeconds, segments, lives, memory, problemCount } = result;
  printTable([
    ['life', '/s', 'writes', 'pages', 'exports', 'MB', 'peak', 'MB/min', 'killed in', 'cut', 'up'],
    ...lives.map(lifeRow),
  ]);
  const starts = lives.flatMap(({ kill }) => (kill === undefined ? [] : [kill.startMillis]));
  const interrupted = lives.filter(({ kill }) => (kill?.cutRequests ?? 0) > 0).length;
  const facts = [
    `recorded      ${whole(total.events)} of ${whole(expected)} events in ${whole(total.seconds)} s, ${whole(total.eventsPerSecond)}/s; the last ${overtimeSeconds.toFixed(1)} s after it fell due`,
    `writes        p50 and p99 ${quantiles(total.writeMillis)}`,
    `pages         p50 and p99 ${quantiles(total.pageMillis)}`,
    `done          ${doneText(total.done)}`,
    `segments      ${whole(segments)} sealed, of ${whole(plan.segmentEvents)} events`,
    `kills         ${starts.length}, ${interrupted} of them in a request; up again after ${seconds(Math.max(0, ...starts))} at most`,
    memory === undefined
      ? 'memory        too few lives to compare'
      : `memory        ${megabytes(memory.first)} in the first lives, ${megabytes(memory.last)} in the last, ${megabytes(memory.growthPerLife)} a life; peak ${megabytes(memory.peak)}`,
    `wrong         ${problemCount === 0 ? 'nothing' : problemCount}`,
  ];
  console.log(`\n${facts.join('\n')}`);
}

function lifeRow(life: Life, directory: number): string[] {
  const { kill, memory, done } = life;
  return [
    String(directory + 1),
    whole(life.eventsPerSecond),
    quantiles(life.writeMillis),
    quantiles(life.pageMillis),
    `${done.exports}, ${done['exports resumed']} resumed`,
    ...[memory.settled, memory.peak, memory.growth].map((bytes) =>
      bytes === undefined ? '' : whole(bytes / 1e6),
    ),
    ...(kill === undefined
      ? ['', '', '']
      : [
          kill.aim,
          `${kill.cutRequests} requests, ${kill.cutFiles.length} files`,
          seconds(kill.startMillis),
        ]),
  ];
}

const doneText = (done: Done) =>
  activities.map((activity) => `${whole(done[activity])} ${activity}`).join(', ');

const quantiles = ({ p50, p99 }: Quantiles) =>
  Number.isNaN(p50) ? 'none' : `${p50.toFixed(1)}/${p99.toFixed(1)} ms`;
const megabytes = (bytes: number) => `${whole(bytes / 1e6)} MB`;
const seconds = (millis: number) => `${(millis / 1_000).toFixed(2)} s`;
