import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSmallYaml } from './small-yaml.ts';

describe('the YAML other tools write', () => {
  it('is read as tcloud writes it', () => {
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
    assert.deepEqual(JSON.parse(JSON.stringify(parseSmallYaml(text))), {
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

  it('is read as upctl has it', () => {
    assert.deepEqual(
      { ...(parseSmallYaml('username: ops\r\npassword: "p: w"\r\ntoken:\r\n') as object) },
      { username: 'ops', password: 'p: w', token: '' },
    );
  });

  it('may say nothing', () => assert.deepEqual(parseSmallYaml('# nothing\n---\n'), {}));

  for (const text of [
    'a: [1, 2]',
    'a: &b c',
    'a: |\n  b',
    'a: b\n  c: d',
    '\ta: b',
    'a: "b',
    'a: b\nc',
  ]) {
    it(`is refused by its line when it is more than that: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseSmallYaml(text), /Cannot read line \d of the YAML/);
    });
  }
});
