import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { type Command, Command as CommandClass } from 'commander';
import type { CliContext } from './cli-context.ts';
import { commands } from './commands.ts';
import { manPages } from './man-pages.ts';
import { createProgram } from './run.ts';

const facts = { version: '1.2.3', date: '2026-11-30' };

const isHere = (program: string): boolean => spawnSync(program, ['--help']).error === undefined;

function below(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(below)];
}

describe('the man pages', () => {
  let program: Command;
  let pages: ReadonlyMap<string, string>;
  before(async () => {
    program = await createProgram(Object.keys(commands), {} as CliContext);
    pages = manPages(program, facts);
  });

  it('are one for each command, with everything that its help says', () => {
    assert.equal(pages.size, Object.keys(commands).length + 1);
    for (const command of program.commands) {
      const text = pages.get(`annals-${command.name()}.1`) ?? '';
      // Without what roff needs, and where it breaks lines.
      const plain = text
        .replace(/^\.(?:B|I|BR|RI|SH|SS) /gm, '')
        .replaceAll('\\-', '-')
        .replaceAll('\\(aq', "'")
        .replaceAll('\\e', '\\')
        .replaceAll('\\&', '')
        .replace(/\\\[u([0-9A-F]+)\]/g, (_, code) =>
          String.fromCodePoint(Number.parseInt(code, 16)),
        )
        .replace(/\s+/g, ' ');
      for (const one of below(command)) {
        for (const { flags, description, hidden } of one.options) {
          assert.equal(plain.includes(flags), !hidden, `${one.name()}: ${flags}`);
          if (!hidden) assert.ok(plain.includes(description), `${one.name()}: ${description}`);
        }
        const example = /^ {2}\$ (.*)$/m.exec(helpOf(one))?.[1];
        if (example !== undefined) assert.ok(plain.includes(example.replace(/\s+/g, ' ')), example);
      }
      assert.match(text, /^\.SH EXIT STATUS$/m);
      assert.match(text, /^\.TH ANNALS\\-[A-Z]+ 1 2026-11-30 "Annals 1\.2\.3" "User Commands"$/m);
    }
    for (const command of program.commands) {
      assert.match(
        pages.get('annals.1') ?? '',
        new RegExp(`^\\.BR annals\\\\-${command.name()} `, 'm'),
      );
    }
  });

  it('keep what roff would take for a request, an escape or a quote', () => {
    const odd = new CommandClass('annals').addCommand(
      new CommandClass('odd')
        .description(String.raw`.TH "it's" a \fBtrap\fR`)
        .addHelpText('after', "\nExample:\n  $ .so /etc/passwd\n  'ab"),
    );
    const text = manPages(odd, facts).get('annals-odd.1') ?? '';
    const requests = text.split('\n').filter((line) => /^['.]/.test(line));
    assert.deepEqual(
      requests.filter((line) => !/^\.(?:TH ANNALS|nh|ad|SH|B|RI|TP|nf|fi|BR)\b/.test(line)),
      [],
    );
    assert.match(text, /\\efBtrap\\efR/);
  });

  for (const [checker, args] of [
    ['mandoc', ['-T', 'lint', '-W', 'warning']],
    ['groff', ['-man', '-ww', '-z', '-T', 'utf8']],
  ] as const) {
    it(`have nothing that ${checker} warns of`, {
      skip: isHere(checker) ? false : `${checker} is not on this machine`,
    }, () => {
      for (const [name, text] of pages) {
        const { stdout, stderr } = spawnSync(checker, args, { input: text, encoding: 'utf8' });
        assert.equal(`${stdout}${stderr}`, '', name);
      }
    });
  }
});

/** With what stands behind it. */
function helpOf(command: Command): string {
  let shown = '';
  command.configureOutput({
    writeOut: (text) => {
      shown += text;
    },
  });
  command.outputHelp();
  return shown;
}
