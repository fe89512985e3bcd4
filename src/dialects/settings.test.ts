import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cockroachdbSettings } from './cockroachdb/settings.ts';
import { thalassaConfigFile, thalassaSettings } from './thalassa/settings.ts';
import { upcloudConfigFile, upcloudSettings } from './upcloud/settings.ts';

const tcloud = {
  'current-context': 'work',
  contexts: [
    { name: 'home', context: { api: 'a', user: 'u', organisation: 'other' } },
    { name: 'work', context: { api: 'b', user: 'v', organisation: 'acme' } },
  ],
  servers: [{ name: 'b', api: { server: 'https://thalassa.test/' } }],
  users: [{ name: 'v', user: { token: 'tc_pat_file' } }],
};

describe('Thalassa’s credentials', () => {
  it('are those of the current context of tcloud', () => {
    assert.deepEqual(thalassaSettings({}, {}, tcloud), {
      api: 'https://thalassa.test',
      organisation: 'acme',
      credential: { kind: 'personal', token: 'tc_pat_file' },
    });
  });

  it('are the environment’s before the file’s, and the flags’ before both', () => {
    const env = {
      THALASSA_API_ENDPOINT: 'https://env.test',
      THALASSA_ORGANISATION_ID: 'env-org',
      THALASSA_PERSONAL_ACCESS_TOKEN: 'tc_pat_env',
    };
    const fromEnv = thalassaSettings({}, env, tcloud);
    assert.deepEqual(
      [fromEnv.api, fromEnv.organisation, fromEnv.credential],
      ['https://env.test', 'env-org', { kind: 'personal', token: 'tc_pat_env' }],
    );
    const flags = { api: 'https://flag.test', organisation: 'flag-org', token: 'tc_pat_flag' };
    assert.deepEqual(thalassaSettings(flags, env, tcloud), {
      api: 'https://flag.test',
      organisation: 'flag-org',
      credential: { kind: 'personal', token: 'tc_pat_flag' },
    });
  });

  it('are an access token, then a client, then a personal token', () => {
    const env: Record<string, string> = {
      THALASSA_TOKEN: 'c',
      THALASSA_CLIENT_ID: 'id',
      THALASSA_CLIENT_SECRET: 'secret',
      THALASSA_ACCESS_TOKEN: 'a',
    };
    const kind = () => thalassaSettings({}, env, undefined).credential.kind;
    assert.equal(kind(), 'access-token');
    delete env.THALASSA_ACCESS_TOKEN;
    assert.equal(kind(), 'client');
    delete env.THALASSA_CLIENT_SECRET;
    assert.equal(kind(), 'personal');
  });

  it('also go by the names of other tools', () => {
    for (const name of ['THALASSA_API_TOKEN', 'THALASSA_TOKEN']) {
      const { credential } = thalassaSettings({}, { [name]: 't' }, undefined);
      assert.deepEqual(credential, { kind: 'personal', token: 't' });
    }
    const env = { THALASSA_ORGANISATION: 'terraform', THALASSA_TOKEN: 't' };
    assert.equal(thalassaSettings({}, env, undefined).organisation, 'terraform');
  });

  it('lie where THALASSA_CONFIG says', () => {
    assert.equal(thalassaConfigFile({}, '/home/me'), '/home/me/.tcloud');
    assert.equal(thalassaConfigFile({ THALASSACONFIG: '/b' }, '/home/me'), '/b');
    assert.equal(thalassaConfigFile({ THALASSA_CONFIG: '/a', THALASSACONFIG: '/b' }, ''), '/a');
  });
});

describe('UpCloud’s credentials', () => {
  const basic = `Basic ${Buffer.from('me:pw').toString('base64')}`;

  it('are flags, then the environment, then the file of upctl', () => {
    const file = { username: 'me', password: 'pw' };
    assert.equal(upcloudSettings({}, {}, file).authorization, basic);
    const env = { UPCLOUD_TOKEN: 'ucat_env' };
    assert.equal(upcloudSettings({}, env, file).authorization, 'Bearer ucat_env');
    assert.equal(upcloudSettings({ token: 'f' }, env, file).authorization, 'Bearer f');
    assert.equal(
      upcloudSettings({ username: 'me' }, { UPCLOUD_PASSWORD: 'pw' }, undefined).authorization,
      basic,
    );
  });

  it('prefer the token, and say so', () => {
    const env = { UPCLOUD_TOKEN: 't', UPCLOUD_USERNAME: 'me', UPCLOUD_PASSWORD: 'pw' };
    const { authorization, warning } = upcloudSettings({}, env, undefined);
    assert.equal(authorization, 'Bearer t');
    assert.match(warning ?? '', /token is used/);
  });

  it('go to the debug address only if it is one', () => {
    const api = (url: string) =>
      upcloudSettings({ token: 't' }, { UPCLOUD_DEBUG_API_BASE_URL: url }, undefined).api;
    assert.equal(api('http://127.0.0.1:1/'), 'http://127.0.0.1:1');
    assert.equal(api('127.0.0.1'), 'https://api.upcloud.com');
  });

  it('lie in the configuration directory', () => {
    assert.equal(upcloudConfigFile({}, '/home/me'), '/home/me/.config/upctl.yaml');
    assert.equal(upcloudConfigFile({ XDG_CONFIG_HOME: '/x' }, '/home/me'), '/x/upctl.yaml');
  });
});

describe('CockroachDB Cloud’s credentials', () => {
  it('are a key before a JWT', () => {
    const env = { COCKROACH_API_KEY: 'key', COCKROACH_API_JWT: 'jwt', CC_API_KEY: 'docs' };
    assert.equal(cockroachdbSettings({}, env).token, 'key');
    assert.equal(cockroachdbSettings({}, { ...env, COCKROACH_API_KEY: '' }).token, 'jwt');
    assert.equal(cockroachdbSettings({}, { CC_API_KEY: 'docs' }).token, 'docs');
  });

  it('come with the names that go beside a JWT', () => {
    const env = {
      COCKROACH_API_JWT: 'jwt',
      COCKROACH_VANITY_NAME: 'acme',
      COCKROACH_USERNAME: 'me',
      COCKROACH_SERVER: 'https://cc.test/',
    };
    assert.deepEqual(cockroachdbSettings({}, env), {
      api: 'https://cc.test',
      token: 'jwt',
      vanityName: 'acme',
      username: 'me',
    });
  });
});

describe('a vendor without a credential', () => {
  it('is not contacted, and the message says where a credential is looked for', () => {
    assert.throws(() => thalassaSettings({}, {}, undefined), /THALASSA_PERSONAL_ACCESS_TOKEN/);
    assert.throws(() => upcloudSettings({}, {}, undefined), /UPCLOUD_TOKEN/);
    assert.throws(() => cockroachdbSettings({}, {}), /COCKROACH_API_KEY/);
  });
});
