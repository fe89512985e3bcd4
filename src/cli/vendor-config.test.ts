import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { readVendorConfig } from './vendor-config.ts';

describe('a vendor’s configuration file', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'annals-vendor-config-test-'));
  });
  after(() => rm(cwd, { recursive: true }));

  async function read(text: string): Promise<unknown> {
    await writeFile(join(cwd, 'config'), text);
    return readVendorConfig('config', '/nowhere', cwd);
  }

  it('is read as tcloud writes it', async () => {
    const text = `
# written by tcloud
configVersion: v1
current-context: default
contexts:
- context:
    api: main
    organisation: acme # the slug
    user: me
  name: default
servers:
  - api:
      server: https://api.example.org:8443/base
    name: main
users:
- name: me
  user:
    token: "tc_pat_a#b\\"c"
    clientSecret: 'it''s: # fine'
    accessToken: ""
`;
    assert.deepEqual(await read(text), {
      configVersion: 'v1',
      'current-context': 'default',
      contexts: [{ context: { api: 'main', organisation: 'acme', user: 'me' }, name: 'default' }],
      servers: [{ api: { server: 'https://api.example.org:8443/base' }, name: 'main' }],
      users: [
        {
          name: 'me',
          user: { token: 'tc_pat_a#b"c', clientSecret: "it's: # fine", accessToken: '' },
        },
      ],
    });
  });

  it('is read as upctl has it', async () => {
    assert.deepEqual(await read('username: ops\r\npassword: "p: w"\r\ntoken:\r\n'), {
      username: 'ops',
      password: 'p: w',
      token: null,
    });
  });

  it('has texts only, as they are written', async () => {
    assert.deepEqual(await read('a: 0123\nb: true\nc: 2026-06-01\nd: ~\ne: 1e3\nf: |\n  g\n'), {
      a: '0123',
      b: 'true',
      c: '2026-06-01',
      d: null,
      e: '1e3',
      f: 'g\n',
    });
  });

  it('may be empty', async () => assert.equal(await read('# nothing\n---\n'), null));

  it('may be missing, unless it was named', async () => {
    assert.equal(await readVendorConfig(undefined, 'missing', cwd), undefined);
    await assert.rejects(readVendorConfig('missing', 'config', cwd), {
      code: 'invalid',
      message: `Cannot read ${join(cwd, 'missing')}: there is no such file`,
    });
  });

  for (const [text, where] of [
    ['a: b\n  c: d', 'line 1, column 4 is not valid YAML (block as implicit key)'],
    ['a:\n\tb: c', 'line 2, column 1 is not valid YAML (tab as indent)'],
    ['a: "SECRET', 'line 1, column 11 is not valid YAML (missing char)'],
    ['a: b\na: SECRET', 'line 2, column 1 is not valid YAML (duplicate key)'],
    ['a: "\\SECRET"', 'line 1, column 5 is not valid YAML (bad dq escape)'],
    ['a: !SECRET', 'line 1, column 4 is not valid YAML (tag resolve failed)'],
    ['a: |SECRET', 'line 1, column 5 is not valid YAML (unexpected token)'],
    ['a: *SECRET', 'an alias (*name) cannot be resolved'],
  ] as const) {
    it(`is rejected with its line and without its text: ${JSON.stringify(text)}`, async () => {
      await assert.rejects(read(text), (error: unknown) => {
        assert.ok(error instanceof AnnalsError);
        assert.equal(error.code, 'invalid');
        assert.equal(error.message, `Cannot read ${join(cwd, 'config')}: ${where}`);
        return true;
      });
    });
  }
});
