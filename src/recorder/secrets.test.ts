import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretName, maskQuery } from './secrets.ts';

test('names of secrets are recognised in every spelling', () => {
  const names = [
    ...['access_token', 'X-Auth-Token', 'refreshToken', 'id_token_hint', 'csrf-token'],
    ...['password', 'user[password]', 'new_passwd', 'PWD', 'client_secret', 'clientSecret'],
    ...['api_key', 'apikey', 'X-API-Key', 'key', 'subscription-key', 'AWSAccessKeyId'],
    ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'sig', 'Authorization'],
    ...['Cookie', 'Set-Cookie', 'PHPSESSID', 'session_id', 'sid', 'jwt', 'code', 'code_verifier'],
    ...['SAMLResponse', 'client_assertion', 'otp', 'pin', 'auth', 'passphrase'],
  ];
  assert.deepEqual(
    names.filter((name) => !isSecretName(name)),
    [],
  );
});

test('ordinary names are not secrets', () => {
  const names = ['page', 'limit', 'q', 'author', 'country_code', 'shipping', 'sort', 'keyword', ''];
  assert.deepEqual(names.filter(isSecretName), []);
});

test('only values of secret names are masked, the rest stays as it came', () => {
  const masked: [string, string][] = [
    ['a=1&token=x&b=%20+2', 'a=1&token=***&b=%20+2'],
    ['to%6Ben=x&api%2Dkey=y', 'to%6Ben=***&api%2Dkey=***'],
    ['a=1;password=x;b=2', 'a=1;password=***;b=2'],
    ['token', 'token'],
    ['token=a=b', 'token=***'],
    ['%zz%=1&=x', '%zz%=1&=x'],
    ['', ''],
  ];
  for (const [query, expected] of masked) assert.equal(maskQuery(query), expected);
});
