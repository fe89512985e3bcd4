import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exportCommand, exportCurl, quoted } from './command-lines.ts';

const words = (line: string) =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('a line for a shell', () => {
  it('gives the shell each word as it is, whatever is in it', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (list) => {
        assert.deepEqual(words(list.map(quoted).join(' ')), list);
      }),
      { numRuns: 30 },
    );
    for (const hostile of ["'; rm -rf ~ #", '$(id)', '`id`', '!!', '\\', '', '-n', 'a\nb']) {
      assert.deepEqual(words(quoted(hostile)), [hostile]);
    }
  });

  it('exports with the flags of the command', () => {
    const filter = {
      action: ['kms.decrypt', 'a\\,b'],
      searchText: ["it's"],
      includeSystemServices: ['true'],
      from: ['2026-06-01T00:00:00Z'],
    };
    assert.deepEqual(exportCommand(filter, 'csv', true), {
      text: "annals export --from 2026-06-01T00:00:00Z --action kms.decrypt --action 'a\\,b' --search-text 'it'\\''s' --include-system-services --format csv --proof",
      missing: [],
    });
    assert.equal(
      exportCommand({ to: ['2026-06-02'] }, 'json', false).text,
      'annals export --from 1700-01-01 --to 2026-06-02 --format json',
    );
  });

  it('has every filter of the API, also several values and what is left out', () => {
    const filter = {
      '-action': ['a', 'b'],
      '-searchText': ['health check'],
      userIdentity: ['usr-noor', 'usr-sam'],
      clientIp: ['203.0.113.9'],
    };
    assert.deepEqual(exportCommand(filter, 'json', false), {
      text: "annals export --from 1700-01-01 --not action=a --not action=b --not 'search-text=health check' --user-identity usr-noor --user-identity usr-sam --client-ip 203.0.113.9 --format json",
      missing: [],
    });
  });

  it('says for which filters the command has no flag', () => {
    assert.deepEqual(exportCommand({ colour: ['red'] }, 'json', false).missing, ['colour']);
  });

  it('asks curl to save a file, and has no key in it', () => {
    assert.equal(
      exportCurl('https://annals.example/v1/audit/export?format=csv&action=a'),
      "curl -OJ --fail-with-body -H @acme.header 'https://annals.example/v1/audit/export?format=csv&action=a'",
    );
  });
});
