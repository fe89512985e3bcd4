import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { commands } from './commands.ts';
import { createProgram } from './run.ts';
import { runCommand } from './run-command.fixture.ts';

function pathsBelow(command: Command, path: readonly string[]): (readonly string[])[] {
  return [path, ...command.commands.flatMap((child) => pathsBelow(child, [...path, child.name()]))];
}

describe('the help', () => {
  it('of every command fits into 80 columns', async () => {
    const program = await createProgram(Object.keys(commands), {} as CliContext);
    const paths = pathsBelow(program, []);
    assert.ok(paths.length > 20);
    for (const path of paths) {
      const { code, stdout, stderr } = await runCommand([...path, '--help'], {});
      assert.deepEqual([code, stderr], [0, '']);
      for (const line of stdout.split('\n')) {
        // The name of a variable alone can be wider than its column.
        const isVariable = /^ +\(?ANNALS_\w+[,)]$/.test(line);
        assert.ok(line.length <= 80 || isVariable, `${path.join(' ')}: ${line}`);
        assert.doesNotMatch(line, /undefined|\[object|\[\]/);
      }
    }
  });

  it('of a command is the same for annals help', async () => {
    const asked = await runCommand(['help', 'keys', 'create'], {});
    assert.deepEqual(asked, await runCommand(['keys', 'create', '--help'], {}));
    assert.match(asked.stdout, /--role <role>/);
  });

  it('is named when the usage is wrong', async () => {
    const { code, stdout, stderr } = await runCommand(['keys', 'create'], {});
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /required option.*\n\n?\(see annals keys create --help\)/);
  });
});
