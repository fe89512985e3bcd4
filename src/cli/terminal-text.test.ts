import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { runCommand } from './run-command.fixture.ts';
import { clearLines, jsonLine, printable, safeForTerminal } from './terminal-text.ts';

const isSafe = (shown: string) =>
  /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u.test(shown.replaceAll('\n', ''));
const hostile =
  '\u001b]0;PWNED\u0007\u001b[2J \u009b31m \u202edrowssap\u2066 zero\u200bwidth \u2028 \u{e0041}';

describe('text on a terminal', () => {
  it('shows nothing that a terminal obeys, or that makes a name look like another', () => {
    assert.ok(isSafe(printable(hostile)));
    assert.equal(printable('Füße 漢字 😀'), 'Füße 漢字 😀');
  });

  it('is JSON that says the same, without such characters', () => {
    const line = jsonLine({ name: hostile });
    assert.ok(isSafe(line), line);
    assert.deepEqual(JSON.parse(line), { name: hostile });
  });

  it('keeps lines, and the sequence that clears lines', async () => {
    const target = Object.assign(new PassThrough(), { isTTY: true, columns: 66 });
    const safe = safeForTerminal(target);
    const pieces = [clearLines(1), clearLines(3), `${hostile}\n`, `a\tb${clearLines(2)}\n`];
    for (const piece of pieces) safe.write(piece);
    assert.deepEqual([safe.isTTY, safe.columns], [true, 66]);
    const shown = await text(target.end());
    const cleared = '\r\u001b[J\r\u001b[2A\u001b[J';
    assert.ok(shown.startsWith(cleared));
    const rest = shown.slice(cleared.length);
    assert.ok(isSafe(rest.replace('\t', '')));
    assert.match(rest, /\\u001b\]0;PWNED\\u0007.*\na\tb\\u000d\\u001b\[1A\\u001b\[J\n$/);
  });

  it('is all that a command writes to stderr, whatever a server says', async () => {
    const commands = [
      ['orgs', 'list'],
      ['tail', '--no-follow'],
      ['import', '-'],
      ['export', '--since', '1h', '--retries', '1', '--output', '-'],
      ['export', '--source', 'thalassa', '--access-token', 't', '--since', '1h', '--output', '-'],
    ];
    for (const args of commands) {
      for (const status of [400, 503]) {
        const { code, stderr } = await runCommand(args, {
          input: '{"action":"a"}',
          env: {
            ANNALS_API: 'http://annals.test',
            ANNALS_KEY: 'annals_a_b',
            THALASSA_API: 'http://t.test',
          },
          fetch: async () => Response.json({ message: hostile }, { status }),
        });
        assert.notEqual(code, 0);
        assert.match(stderr, /PWNED/, args.join(' '));
        assert.ok(isSafe(stderr), `${args.join(' ')}: ${JSON.stringify(stderr)}`);
      }
    }
  });
});
