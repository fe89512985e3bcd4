import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { type Micros, minute, parseInstant, second } from '../core/micros.ts';
import type { ExportProgress } from '../export/progress.ts';
import { openProgress, type ProgressView } from './export-progress.ts';

/** What a terminal, or something else, gets of a progress. */
function shown(
  terminal: { isTTY?: boolean; columns?: number },
  play: (view: ProgressView, setTime: (now: Micros) => void) => void,
  quiet = false,
): string[] {
  const pieces: string[] = [];
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  let now = 0;
  Object.defineProperties(stderr, {
    isTTY: { value: terminal.isTTY },
    columns: { get: () => terminal.columns },
  });
  const view = openProgress(stderr, () => now, quiet);
  play(view, (time) => {
    now = time;
  });
  view.end();
  return pieces;
}

const reading = (done: number, change: Partial<ExportProgress> = {}): ExportProgress => ({
  phase: 'reading',
  done,
  entries: done,
  file: 'audit-logs-2026-06-01.json',
  ...change,
});
const ofMany = (done: number) => reading(done, { total: { done: 500 + done, expected: 4_000 } });
const clear = '\r\u001b[J';

describe('the progress of an export', () => {
  it('measures what is done of what there is, with what earlier runs did', () => {
    const lines = shown({ isTTY: true, columns: 200 }, (view, at) => {
      at(second);
      view.show(ofMany(500));
      at(5 * second);
      view.show(ofMany(2_500));
      view.note('waiting');
    });
    const file = 'audit-logs-2026-06-01.json';
    assert.deepEqual(lines, [
      `[#####               ] 25%  1,000 of 4,000 read  500/s  0:06 left  ${file}`,
      clear,
      `[###############     ] 75%  3,000 of 4,000 read  500/s  0:02 left  ${file}`,
      clear,
      'waiting\n',
    ]);
  });

  it('has no share where nobody knows how much there is', () => {
    const reached = parseInstant('2026-06-14T08:00:00Z') as Micros;
    const [line] = shown({ isTTY: true, columns: 200 }, (view, at) => {
      at(2 * second);
      view.show(reading(2_000, { entries: 1_500, reached }));
    });
    assert.equal(
      line,
      '2,000 read  1,500 entries  1,000/s  up to 2026-06-14T08:00:00Z  audit-logs-2026-06-01.json',
    );
  });

  it('measures writing from its own beginning', () => {
    const lines = shown({ isTTY: true, columns: 200 }, (view, at) => {
      view.show(reading(2_000));
      at(minute);
      const total = { done: 1_000, expected: 4_000 };
      view.show({ phase: 'writing', done: 1_000, entries: 1_000, total });
      at(minute + second);
      view.show({
        phase: 'writing',
        done: 2_000,
        entries: 2_000,
        total: { ...total, done: 2_000 },
      });
    });
    assert.equal(
      lines.at(-2),
      '[##########          ] 50%  2,000 of 4,000 written  2,000/s  0:01 left',
    );
  });

  it('fits into a terminal, and leaves nothing behind in one that becomes narrower', () => {
    const terminal = { isTTY: true, columns: 61 };
    const lines = shown(terminal, (view, at) => {
      at(second);
      view.show(ofMany(500));
      terminal.columns = 25;
      at(2 * second);
      view.show(reading(3_000, { file: '漢字'.repeat(20) }));
      terminal.columns = 0;
      at(3 * second);
      view.show(reading(3_000, { file: 'x'.repeat(200) }));
    });
    assert.deepEqual(lines.slice(0, 3), [
      '[#####               ] 25%  1,000 of 4,000 read  500/s  0:0…',
      // 60 columns are three lines of 25 now.
      '\r\u001b[2A\u001b[J',
      '3,000 read  1,500/s  漢…',
    ]);
    assert.equal(lines[4]?.length, 79);
  });

  it('is a line now and then elsewhere, and nothing with --quiet', () => {
    const play = (view: ProgressView, at: (now: Micros) => void) => {
      for (let now = 0; now <= minute; now += second) {
        at(now);
        view.show(reading(now / second));
      }
      view.note('waiting');
    };
    const lines = shown({}, play);
    assert.deepEqual(lines, [
      '30 read  1/s  audit-logs-2026-06-01.json\n',
      '60 read  1/s  audit-logs-2026-06-01.json\n',
      'waiting\n',
    ]);
    assert.deepEqual(shown({ isTTY: true, columns: 80 }, play, true), []);
  });
});
