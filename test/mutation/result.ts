/** What came of a mutation run: how many mutants were killed, and which survived. */
import { relative } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';
import { notTried } from './runner.ts';
import { isInSample } from './sample.ts';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** A mutant, by what it does to which line. A number of a line would be wrong with the next change. */
interface Change {
  readonly file: string;
  /** The line of the source in which the change begins, without its indentation. */
  readonly line: string;
  /** What it takes away and what it puts there, on one line. */
  readonly before: string;
  readonly after: string;
}

/** Survivors of one file that may live, with the reason. `survivors.json` has them. */
export interface Excuse {
  readonly file: string;
  readonly why: string;
  readonly mutants: readonly Omit<Change, 'file'>[];
}

type Excused = Change & Pick<Excuse, 'why'>;

interface Survivor extends Change {
  readonly number: number;
  /** False when no test of the slice executes the code at all. */
  readonly executed: boolean;
  /** Why it may live; absent when nobody has said so. */
  readonly why?: string;
}

interface FileScore {
  readonly file: string;
  readonly killed: number;
  /** How many of these because a test took too long. */
  readonly timedOut: number;
  readonly survived: number;
}

interface Result {
  readonly files: readonly FileScore[];
  readonly survivors: readonly Survivor[];
  /** Reasons that were given for mutants which were killed, or are gone. */
  readonly outdated: readonly Excused[];
  readonly notTried: number;
  /** How many mutants the sample left out. */
  readonly notInSample: number;
  /** What StrykerJS said of mutants that it could not try. */
  readonly errors: readonly string[];
}

/** `sources` is the text of each file by its path below `root`, as it was when the run began. */
export function resultOf(
  mutants: readonly MutantResult[],
  excuses: readonly Excuse[],
  sources: ReadonlyMap<string, string>,
  root: string,
): Result {
  const excused = excuses.flatMap(({ file, why, mutants }) =>
    mutants.map((mutant): Excused => ({ ...mutant, file, why })),
  );
  const files = new Map<string, { -readonly [Field in keyof FileScore]: FileScore[Field] }>();
  const survivors: Survivor[] = [];
  const errors: string[] = [];
  let untried = 0;
  let outside = 0;
  for (const mutant of mutants) {
    const file = relative(root, mutant.fileName);
    const score = files.get(file) ?? { file, killed: 0, timedOut: 0, survived: 0 };
    files.set(file, score);
    if (mutant.status !== 'Ignored' && !isInSample(mutant.id)) {
      outside += 1;
      continue;
    }
    if (mutant.status === 'Timeout') score.timedOut += 1;
    if (mutant.status === 'Killed' || mutant.status === 'Timeout') score.killed += 1;
    else if (mutant.status === 'Survived' || mutant.status === 'NoCoverage') {
      score.survived += 1;
      survivors.push(survivorOf(mutant, file, sources.get(file)!, excused));
    } else if (mutant.statusReason === notTried) untried += 1;
    else if (mutant.status !== 'Ignored') errors.push(`${file}: ${mutant.statusReason}`);
  }
  const outdated = excused.filter(
    (one) =>
      untried + outside === 0 &&
      files.has(one.file) &&
      !survivors.some((other) => isSame(one, other)),
  );
  return {
    files: [...files.values()].toSorted((one, other) => (one.file < other.file ? -1 : 1)),
    survivors: survivors.toSorted((one, other) =>
      one.file === other.file ? one.number - other.number : one.file < other.file ? -1 : 1,
    ),
    outdated,
    notTried: untried,
    notInSample: outside,
    errors,
  };
}

function survivorOf(
  mutant: MutantResult,
  file: string,
  source: string,
  excused: readonly Excused[],
): Survivor {
  const lines = source.split('\n');
  const { start, end } = mutant.location;
  const text = lines.slice(start.line - 1, end.line);
  text.push(text.pop()!.slice(0, end.column - 1));
  text[0] = text[0]!.slice(start.column - 1);
  const change = {
    file,
    line: lines[start.line - 1]!.trim(),
    before: onOneLine(text.join('\n')),
    after: onOneLine(mutant.replacement),
  };
  const why = excused.find((one) => isSame(one, change))?.why;
  return {
    ...change,
    number: start.line,
    executed: mutant.status === 'Survived',
    ...(why !== undefined && { why }),
  };
}

function isSame(one: Change, other: Change): boolean {
  const fields = ['file', 'line', 'before', 'after'] as const;
  return fields.every((field) => one[field] === other[field]);
}

function onOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** Survivors without a reason in full, then what part of the mutants of each file was killed. */
export function report({
  files,
  survivors,
  outdated,
  notTried,
  notInSample,
  errors,
}: Result): string {
  const lines: string[] = [];
  for (const { file, number, before, after, executed, why } of survivors) {
    if (why !== undefined) continue;
    lines.push(`${file}:${number}${executed ? '' : ' is executed by no test'}`);
    lines.push(`  - ${before}`, `  + ${after}`);
  }
  for (const { file, line, before, after } of outdated) {
    lines.push(`survivors.json excuses what does not survive: ${file}: ${line}`);
    lines.push(`  - ${before}`, `  + ${after}`);
  }
  for (const error of errors) lines.push(`could not be tried: ${error}`);
  lines.push('');
  for (const { file, killed, survived } of files) lines.push(scoreLine(file, killed, survived));
  const sum = (of: (file: FileScore) => number) => files.reduce((all, file) => all + of(file), 0);
  lines.push(
    scoreLine(
      'in all',
      sum(({ killed }) => killed),
      survivors.length,
    ),
  );
  lines.push(`${sum(({ timedOut }) => timedOut)} of those killed made a test take too long`);
  const explained = survivors.filter(({ why }) => why !== undefined).length;
  lines.push(`${explained} of ${survivors.length} survivors may live, for the reason given`);
  if (notTried > 0) lines.push(`the time was over before ${notTried} mutants were tried`);
  if (notInSample > 0) lines.push(`a sample: ${notInSample} other mutants were not tried`);
  return lines.join('\n');
}

function scoreLine(name: string, killed: number, survived: number): string {
  const all = killed + survived;
  const percent = all === 0 ? 'none' : `${((100 * killed) / all).toFixed(1)} %`;
  return `${percent.padStart(8)}  ${`${killed}/${all}`.padStart(9)}  ${name}`;
}
