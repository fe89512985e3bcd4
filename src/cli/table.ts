import type { CliContext } from './cli-context.ts';
import { jsonLine, printable } from './terminal-text.ts';

/**
 * Prints rows: a table for people, or JSON (`first` for a single object). Control characters in values are replaced, so
 * that no stored text can control a terminal.
 */
export function printTable<Row extends object, Column extends keyof Row & string>(
  { stdout }: Pick<CliContext, 'stdout'>,
  rows: readonly Row[],
  columns: readonly Column[],
  json: boolean | 'first' | undefined,
): void {
  if (json) {
    stdout.write(jsonLine(json === 'first' ? rows[0] : rows));
    return;
  }
  const cells = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column) => printable(String(row[column] ?? '')))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => row[index]?.length ?? 0)),
  );
  for (const row of cells) {
    const line = row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ');
    stdout.write(`${line.trimEnd()}\n`);
  }
}
