import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { runCommand } from './run-command.fixture.ts';
import { clearLine, jsonLine, printable, safeForTerminal } from './terminal-text.ts';

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

  it('keeps lines, and the one sequence that clears a line', async () => {
    const target = Object.assign(new PassThrough(), { isTTY: true, columns: 66 });
    const safe = safeForTerminal(target);
    for (const piece of [clearLine, `${hostile}\n`, `a\tb${clearLine}\n`]) safe.write(piece);
    assert.deepEqual([safe.isTTY, safe.columns], [true, 66]);
    const [cleared, ...rest] = (await text(target.end())).split(/(?<=K)/);
    assert.equal(cleared, clearLine);
    assert.ok(isSafe(rest.join('').replace('\t', '')));
    assert.match(rest.join(''), /\\u001b\]0;PWNED\\u0007.*\na\tb\\u000d\\u001b\[2K\n$/);
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
