/** One line for each thing that a check has shown. */
export function shown(what: string): void {
  process.stdout.write(`  ✔ ${what}\n`);
}
