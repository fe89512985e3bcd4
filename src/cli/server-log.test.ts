import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import type { Logger } from 'pino';
import type { Settings } from '../server/settings.ts';
import { createServerLog } from './server-log.ts';
import { safeForTerminal } from './terminal-text.ts';

interface World {
  readonly isTTY?: boolean;
  readonly logFormat?: Settings['logFormat'];
  readonly env?: Record<string, string>;
}

/** What is written when this is logged, as a command shows it. */
function logged(
  log: (log: Logger) => void,
  { isTTY = false, logFormat = 'auto', env = {} }: World,
): string {
  let written = '';
  const target = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  Object.assign(target, { isTTY });
  const settings = { logLevel: 'info', logFormat } as const;
  log(createServerLog({ stderr: safeForTerminal(target), env }, settings));
  return written;
}

const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;

describe('the log of a server', () => {
  it('is JSON where no terminal is, with names of levels and times in UTC', () => {
    const text = logged((log) => {
      log.warn({ anchor: 'file:a' }, 'a checkpoint was not anchored');
      log.debug('not shown');
    }, {});
    const { time, pid, hostname, ...entry } = JSON.parse(text);
    assert.deepEqual(entry, {
      level: 'warn',
      anchor: 'file:a',
      msg: 'a checkpoint was not anchored',
    });
    assert.equal(new Date(time).toISOString(), time);
    assert.deepEqual([typeof pid, typeof hostname], ['number', 'string']);
  });

  it('is a line for people on a terminal', () => {
    const fields = { url: 'http://127.0.0.1:8420', data: './my data', events: 7, empty: '' };
    const text = logged((log) => log.info(fields, 'listening'), {
      isTTY: true,
      env: { NO_COLOR: '1' },
    });
    assert.equal(
      text.replace(time, 'TIME'),
      'TIME info  listening  url=http://127.0.0.1:8420 data="./my data" events=7 empty=""\n',
    );
  });

  it('has colours there, unless somebody wants none, and nothing in it controls the terminal', () => {
    const log = (log: Logger) => log.error({ name: '\u001b[31mred' }, 'oh\u001b[2Jno');
    const coloured = logged(log, { isTTY: true });
    const [red, faint, end] = ['\u001b[31m', '\u001b[2m', '\u001b[0m'];
    const shown = `${red}error${end} oh\\u001b[2Jno${faint}  name=`;
    assert.ok(coloured.includes(shown), coloured);
    for (const world of [
      { isTTY: true, env: { NO_COLOR: '1' } },
      { isTTY: true, env: { TERM: 'dumb' } },
      { logFormat: 'text' },
    ] as const) {
      const plain = logged(log, world);
      assert.ok(!plain.includes('\u001b'), plain);
      assert.match(plain, /^\S+Z error oh/);
    }
  });

  it('shows where an error came from', () => {
    const text = logged((log) => log.error({ err: new Error('The disk is gone') }, 'failed'), {
      logFormat: 'text',
    });
    assert.match(text, /Z error failed\n {4}Error: The disk is gone\n {8}at .*\n/);
  });

  it('is JSON on a terminal too when that is wanted', () => {
    const text = logged((log) => log.info('x'), { isTTY: true, logFormat: 'json' });
    assert.equal(JSON.parse(text).level, 'info');
  });
});
