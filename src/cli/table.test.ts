import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import stringWidth from 'string-width';
import { type Column, Table } from './table.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly by: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'ID', text: ({ id }) => id },
  {
    title: 'NAME',
    text: ({ name }) => name,
    style: ({ name }) => (name === 'bad' ? 'bad' : undefined),
    least: 8,
  },
  { title: 'BY', text: ({ by }) => by, least: 4, expendable: 1 },
];

/** What a table shows on a terminal of so many columns; without, elsewhere. */
async function shown(
  batches: readonly (readonly Row[])[],
  terminal: number | undefined,
  env: Readonly<Record<string, string>> = { NO_COLOR: '1' },
): Promise<string> {
  const out = Object.assign(new PassThrough(), {
    isTTY: terminal !== undefined,
    columns: terminal ?? 0,
  });
  const table = new Table(out, env, columns);
  for (const rows of batches) await table.print(rows);
  return text(out.end());
}

const row = (name: string, by = 'noor') => ({ id: '4fTq81LmW0aZ', name, by });

describe('a table', () => {
  it('cuts nothing where it is not on a terminal', async () => {
    const name = 'n'.repeat(200);
    const lines = (await shown([[row(name)]], undefined)).split('\n');
    assert.equal(lines[1], `4fTq81LmW0aZ  ${name}  noor`);
    assert.equal(lines[0], `ID            ${'NAME'.padEnd(200)}  BY`);
  });

  it('fits into a terminal: cuts the widest column, then leaves out what is expendable', async () => {
    const rows = [
      row('n'.repeat(5_000), 'b'.repeat(30)),
      row('漢字'.repeat(20)),
      row('e\u0301'.repeat(9)),
    ];
    for (const width of [80, 50, 31, 26, 22]) {
      const lines = (await shown([rows], width)).trimEnd().split('\n');
      assert.equal(lines.length, 4);
      for (const line of lines) {
        assert.ok(stringWidth(line) <= width, `${width}: ${line}`);
        assert.match(line, /^(4fTq81LmW0aZ|ID {10}) {2}\S/);
      }
      assert.equal(/ BY$/.test(lines[0] ?? ''), width >= 28, String(width));
    }
  });

  it('keeps its columns straight behind characters that take two columns of a terminal, or none', async () => {
    const names = ['abc', '漢字', 'e\u0301e\u0301', '👍', '漢'.repeat(30)];
    const lines = (await shown([names.map((name) => row(name))], 40)).trimEnd().split('\n');
    const places = lines.map((line) => stringWidth(line.slice(0, line.search(/noor|BY/))));
    assert.deepEqual(new Set(places).size, 1, lines.join('\n'));
  });

  it('gives each value a line where not even the least widths fit', async () => {
    assert.equal(
      await shown([[row('one'), row('two')]], 12),
      ['one', 'two'].map((name) => `ID    4fTq81LmW0aZ\nNAME  ${name}\nBY    noor\n`).join('\n'),
    );
  });

  it('keeps the widths that earlier rows needed', async () => {
    const lines = (await shown([[row('longer name')], [row('x')]], undefined)).split('\n');
    assert.equal(lines[2]?.indexOf('noor'), lines[1]?.indexOf('noor'));
    assert.equal(lines.length, 4);
  });

  it('shows colours on a terminal unless NO_COLOR is set, and elsewhere if FORCE_COLOR is', async () => {
    const red = '\u001b[31mbad\u001b[0m';
    const has = async (terminal: number | undefined, env: Record<string, string>) =>
      (await shown([[row('bad')]], terminal, env)).includes(red);
    assert.equal(await has(80, {}), true);
    assert.equal(await has(80, { NO_COLOR: '1' }), false);
    assert.equal(await has(80, { TERM: 'dumb' }), false);
    assert.equal(await has(80, { FORCE_COLOR: '0' }), false);
    assert.equal(await has(undefined, {}), false);
    assert.equal(await has(undefined, { FORCE_COLOR: '1' }), true);
  });

  it('lets no value control the terminal', async () => {
    const hostile = row('\u001b[2J\u202eevil\nline\u0007');
    for (const width of [undefined, 80, 12]) {
      const all = await shown([[hostile]], width);
      assert.doesNotMatch(all.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
      assert.equal(all.split('\n').length, width === 12 ? 4 : 3);
    }
  });
});
