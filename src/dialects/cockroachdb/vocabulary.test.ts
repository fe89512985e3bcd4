import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionFor, originOf, sourceFor } from './vocabulary.ts';

test('CockroachDB’s own actions stay as they are, also unknown ones', () => {
  for (const action of ['AUDIT_LOG_ACTION_CREATE_CLUSTER', 'AUDIT_LOG_ACTION_FOLD_SPACE']) {
    assert.equal(actionFor(action, 'cluster'), action);
  }
});

test('actions of others are spelt as CockroachDB would', () => {
  const expected: [string, string | undefined, string][] = [
    ['POST', 'cluster', 'CREATE_CLUSTER'],
    ['create', 'api_key', 'CREATE_API_KEY'],
    ['PATCH', 'cloud_vpc', 'UPDATE_CLOUD_VPC'],
    ['GET', undefined, 'READ'],
    ['delete', 'ssh-key', 'DELETE_SSH_KEY'],
    ['login', 'auth', 'USER_LOGIN'],
    ['Logout', undefined, 'USER_LOGOUT'],
    ['start', 'server', 'START_SERVER'],
    ['Decrypt', 'AWS::KMS::Key', 'DECRYPT_AWS_KMS_KEY'],
    ['kms.decrypt', 'kms_key', 'KMS_DECRYPT'],
    ['access-granted', 'server', 'ACCESS_GRANTED'],
    ['DescribeDBInstances', 'AWS::RDS::DBInstance', 'DESCRIBE_DB_INSTANCES'],
    ['s3:GetObject', undefined, 'S3_GET_OBJECT'],
    ['über-prüfen', undefined, 'ÜBER_PRÜFEN'],
    ['---', 'server', 'UNKNOWN_SERVER'],
  ];
  for (const [native, resourceType, name] of expected) {
    assert.equal(actionFor(native, resourceType), `AUDIT_LOG_ACTION_${name}`, native);
  }
});

test('sources and origins translate into each other', () => {
  for (const name of ['CC_API', 'CLI', 'UI', 'INTERNAL', 'MCP', 'SSH_GATEWAY', 'CARRIER_PIGEON']) {
    assert.equal(sourceFor(originOf(`AUDIT_LOG_SOURCE_${name}`)), `AUDIT_LOG_SOURCE_${name}`);
  }
  assert.equal(originOf('AUDIT_LOG_SOURCE_UI'), 'gui');
  assert.equal(sourceFor('upcloud_internal'), 'AUDIT_LOG_SOURCE_INTERNAL');
  assert.equal(sourceFor('Console'), 'AUDIT_LOG_SOURCE_UI');
  for (const unknown of ['telegram', '', undefined]) {
    assert.equal(sourceFor(unknown), 'AUDIT_LOG_SOURCE_CC_API');
  }
});
