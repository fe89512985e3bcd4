import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { second } from '../core/micros.ts';
import type { ExportProgress } from '../export/progress.ts';
import { openProgress } from './export-progress.ts';

const progress: ExportProgress = {
  phase: 'reading',
  received: 2_000,
  expected: undefined,
  entries: 1_500,
  share: 0.25,
  file: 'audit-logs-2026-06-01.json',
};

/** What is shown at the 1st, 6th and 11th second. */
function shown(terminal: { isTTY?: boolean; columns?: number }, quiet = false): string {
  const chunks: string[] = [];
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  let now = 0;
  const view = openProgress(Object.assign(stderr, terminal), () => now, quiet);
  for (now = second; now <= 11 * second; now += 5 * second) view.show(progress);
  view.note('waiting');
  view.end();
  return chunks.join('');
}

const line = (left: string, rate: string) =>
  `[#####               ] 25%  1,500 entries  ${rate}/s  ${left} left  audit-logs-2026-06-01.json`;

describe('the progress of an export', () => {
  it('is one line that changes on a terminal, of whatever width', () => {
    const lines = [line('0:03', '2,000'), line('0:18', '333'), line('0:33', '182')];
    const clear = '\r\u001b[2K';
    const all = `${lines.map((each) => `${each}${clear}`).join('')}waiting\n`;
    assert.equal(shown({ isTTY: true, columns: 200 }), all);
    // A terminal that does not know its width has 0 columns.
    assert.equal(
      shown({ isTTY: true, columns: 0 }),
      `${lines.map((each) => `${each.slice(0, 79)}${clear}`).join('')}waiting\n`,
    );
  });

  it('is a line every few seconds elsewhere', () => {
    assert.equal(shown({}), `${line('0:18', '333')}\n${line('0:33', '182')}\nwaiting\n`);
  });

  it('is nothing with --quiet', () => {
    assert.equal(shown({ isTTY: true, columns: 80 }, true), '');
  });
});
