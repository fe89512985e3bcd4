/**
 * CSV as RFC 4180 defines it: commas, CRLF, quotes only where they are needed, and doubled inside.
 *
 * A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, their full-width forms, TAB, CR or LF for a formula, and
 * would run what somebody wrote into an event. Such a cell is written with an apostrophe before it, and so is one that
 * begins with an apostrophe: a reader that removes one leading apostrophe (`unguardFormula`) gets every cell back as it
 * was. In countries where semicolons separate cells, a spreadsheet also splits there, so a cell with one is quoted.
 *
 * The reader is in `export/read-csv.ts`.
 */
export function csvRow(cells: readonly string[]): string {
  // A row of one empty cell would be a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(csvCell).join(',')}\r\n`;
}

export function csvCell(text: string): string {
  const safe = guardFormula(text);
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function guardFormula(text: string): string {
  return /^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n']/.test(text) ? `'${text}` : text;
}

export function unguardFormula(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
