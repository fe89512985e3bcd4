import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runCommand } from './run-command.fixture.ts';

const run = promisify(execFile);

type Shell = 'bash' | 'zsh' | 'fish';

const isHere = (shell: Shell): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** What each shell offers for the last of the words, in any order. `file` and `folder` are in the directory. */
const cases: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [['imp'], ['import']],
  [
    ['keys', ''],
    ['list', 'create', 'update', 'revoke'],
  ],
  [['keys', '-O', 'acme', 'cre'], ['create']],
  [['organisations', 'c'], ['create']],
  [
    ['keys', 'create', '--role', 'org-'],
    ['org-admin', 'org-auditor'],
  ],
  [
    ['download', '--format', ''],
    ['json', 'ndjson', 'csv'],
  ],
  [['export', '--source', 'u'], ['upcloud']],
  [
    ['export', '--compress', ''],
    ['gzip', 'zstd'],
  ],
  [['serve', '--log-level', 'w'], ['warn']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['tail', '--context', 'prod'],
    ['prod', 'prod-eu'],
  ],
  [['context', 'use', 's'], ['staging']],
  [
    ['events', 'count', '-O', ''],
    ['acme', 'globex'],
  ],
  [['tail', '--interval', ''], []],
];

describe('annals completion', () => {
  let directory = '';
  const scripts = {} as Record<Shell, string>;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-completion-'));
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      scripts[shell] = (await runCommand(['completion', shell], {})).stdout;
      await writeFile(join(directory, `annals.${shell}`), scripts[shell]);
    }
    const contexts = { prod: 'acme', 'prod-eu': 'acme', staging: 'globex' };
    const saved = Object.entries(contexts).map(([name, organisation]) => [name, { organisation }]);
    const home = join(directory, 'home');
    await mkdir(join(home, '.config', 'annals'), { recursive: true });
    await writeFile(
      join(home, '.config', 'annals', 'config.json'),
      JSON.stringify({ contexts: Object.fromEntries(saved) }),
    );
    // The command itself, which the scripts ask for saved contexts.
    const program = new URL('../../bin/annals.js', import.meta.url).pathname;
    await writeFile(
      join(directory, 'annals'),
      `#!/bin/sh\nHOME='${home}' exec '${process.execPath}' '${program}' "$@"\n`,
    );
    await chmod(join(directory, 'annals'), 0o755);
  });
  after(() => rm(directory, { recursive: true }));

  const env = () => ({
    PATH: `${directory}:${process.env.PATH}`,
    HOME: join(directory, 'home'),
  });

  /** Asks the real shell. Those builtins of zsh that work only on a terminal are replaced by functions that print. */
  const asks: Record<Shell, string> = {
    bash: `source annals.bash
      COMP_WORDS=(annals "$@"); COMP_CWORD=$#; _annals; printf '%s\\n' "\${COMPREPLY[@]}"`,
    zsh: `compdef() { : }
      compset() { : }
      compadd() { shift; print -l -- \${(M)@:#\${words[CURRENT]}*} }
      _files() { print -- FILES }
      source ./annals.zsh
      words=(annals "$@"); CURRENT=$(( $# + 1 )); _annals`,
    fish: `source annals.fish; complete -C "annals $argv" | string replace -r '\\t.*' ''; true`,
  };

  async function offered(shell: Shell, words: readonly string[]): Promise<string[]> {
    const flags = { bash: ['--norc', '-c'], zsh: ['-f', '-c'], fish: ['--no-config', '-c'] }[shell];
    const zero = shell === 'fish' ? [] : [shell];
    const args = [...flags, asks[shell], ...zero, ...words];
    const { stdout } = await run(shell, args, { cwd: directory, env: env() });
    return stdout.split('\n').filter((line) => line !== '');
  }

  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    it(`offers subcommands, values and saved names in ${shell}`, {
      skip: isHere(shell) ? false : `${shell} is not on this machine`,
    }, async () => {
      for (const [words, expected] of cases) {
        const found = await offered(shell, words);
        assert.deepEqual(found.toSorted(), expected.toSorted(), `${shell}: ${words.join(' ')}`);
      }
      assert.ok((await offered(shell, ['export', '--form'])).includes('--format'));
      assert.ok((await offered(shell, ['keys', 'create', '--ro'])).includes('--role'));
    });
  }

  it('offers the value of --flag=value in bash, and flags where nothing else can follow', async () => {
    assert.deepEqual(await offered('bash', ['export', '--format', '=']), ['json', 'ndjson', 'csv']);
    assert.deepEqual(await offered('bash', ['export', '--format', '=', 'nd']), ['ndjson']);
    assert.ok((await offered('bash', ['whoami', ''])).includes('--json'));
  });

  it('leaves files to bash, and offers directories where one is needed', async () => {
    assert.deepEqual(await offered('bash', ['import', '']), []);
    assert.deepEqual(await offered('bash', ['tail', '--token-file', '']), []);
    assert.deepEqual(await offered('bash', ['serve', '--data', 'ho']), ['home']);
  });

  it('of the first word answers in zsh when it is what loads the script', () => {
    assert.match(scripts.zsh, /\[ "\$funcstack\[1\]" = "_annals" \]; then\n {2}_annals "\$@"/);
  });
});
