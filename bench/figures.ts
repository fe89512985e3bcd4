import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The value below which this share of the values is. Sorts them. */
export function quantile(values: number[], share: number): number {
  values.sort((one, other) => one - other);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

export const perSecond = (count: number, millis: number) => (count / millis) * 1_000;

export function printRow(name: string, ...cells: readonly string[]): void {
  console.log(name.padEnd(46), ...cells.map((cell) => cell.padStart(16)));
}

export const whole = (value: number) => Math.round(value).toLocaleString('en');
export const millis = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

/** How many rows of these bytes a second plain SQLite can insert on this machine, in the same run. */
export function plainInsertsPerSecond(bodies: readonly string[], perCommit: number): number {
  const directory = mkdtempSync(join(tmpdir(), 'annals-reference-'));
  try {
    const database = new DatabaseSync(join(directory, 'plain.db'));
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (body TEXT)');
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    const started = performance.now();
    let done = 0;
    while (performance.now() - started < 1_000) {
      database.exec('BEGIN');
      for (let n = 0; n < perCommit; n += 1) insert.run(bodies[(done + n) % bodies.length] ?? '');
      database.exec('COMMIT');
      done += perCommit;
    }
    const rate = perSecond(done, performance.now() - started);
    database.close();
    return rate;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How often a second this machine can write and sync 4 KiB. */
export function syncsPerSecond(): number {
  const directory = mkdtempSync(join(tmpdir(), 'annals-reference-'));
  try {
    const file = openSync(join(directory, 'sync'), 'w');
    const page = Buffer.alloc(4_096, 1);
    const started = performance.now();
    let done = 0;
    while (performance.now() - started < 500) {
      writeSync(file, page, 0, page.length, 0);
      fdatasyncSync(file);
      done += 1;
    }
    closeSync(file);
    return perSecond(done, performance.now() - started);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One line of a benchmark's table. */
export interface Figure {
  readonly path: string;
  readonly figure: string;
  readonly target: string;
  /** How it compares to a simple measurement of the same run. */
  readonly ratio: string;
  readonly more: string;
}

export function printFigures(figures: readonly Figure[]): void {
  printTable([
    ['path', 'figure', 'target', 'ratio', 'more'],
    ...figures.map(({ path, figure, target, ratio, more }) => [path, figure, target, ratio, more]),
  ]);
}

/** Rows of equal length, in columns as wide as their widest cell. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  }
}
