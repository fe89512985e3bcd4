import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runCommand } from './run-command.fixture.ts';

const run = promisify(execFile);

describe('annals completion', () => {
  let script: string;
  before(async () => {
    script = (await runCommand(['completion', 'bash'], {})).stdout;
  });

  /** What bash offers for the last of the words. */
  const candidates = async (...words: readonly string[]) => {
    const ask = `${script}
      COMP_WORDS=(annals "$@"); COMP_CWORD=$#; _annals; echo "\${COMPREPLY[*]}"`;
    return (await run('bash', ['-c', ask, 'bash', ...words])).stdout.trim();
  };

  for (const [words, answer] of [
    [['imp'], 'import'],
    [['keys', ''], 'list create update revoke --help'],
    [['keys', '-O', 'acme', 'cre'], 'create'],
    [['keys', 'create', '--ro'], '--role'],
    [['organisations', 'c'], 'create'],
    [['download', '--form'], '--format'],
    [['completion', ''], 'bash zsh fish --help'],
    [['import', 'a-file'], ''],
  ] as const) {
    it(`of "${words.join(' ')}" in bash is "${answer}"`, async () => {
      assert.equal(await candidates(...words), answer);
    });
  }

  it('of the first word answers in zsh when it is what loads the script', async () => {
    const { stdout } = await runCommand(['completion', 'zsh'], {});
    assert.match(stdout, /\[ "\$funcstack\[1\]" = "_annals" \]; then\n {2}_annals "\$@"/);
  });

  it('of a subcommand offers no files in fish', async () => {
    const { stdout } = await runCommand(['completion', 'fish'], {});
    assert.match(
      stdout,
      /^complete -c annals -n '__annals_is_at "keys"' -f -a 'list create update revoke'$/m,
    );
    assert.match(stdout, /^complete -c annals -n '__annals_is_at "keys\/create"' -l role$/m);
  });
});
