import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyText, propertyRuns } from '../mapping.fixture.ts';
import {
  actionFor,
  actions,
  originFor,
  origins,
  resourceTypeFor,
  resourceTypes,
} from './vocabulary.ts';

test('UpCloud’s own words stay as they are', () => {
  for (const word of actions) assert.equal(actionFor(word), word);
  for (const word of resourceTypes) assert.equal(resourceTypeFor(word), word);
  for (const word of origins) assert.equal(originFor(word), word);
});

test('actions of others are shown by what they do', () => {
  const expected: Record<string, string> = {
    'GET head OPTIONS read list': 'read',
    'POST create ADD_IP_ALLOWLIST auth.token.issued user.created RunInstances': 'create',
    'PUT PATCH AUDIT_LOG_ACTION_SET_CLUSTER_SETTING kms.rotate.scheduled PutBucketPolicy': 'update',
    'DELETE AUDIT_LOG_ACTION_REVOKE_CMEK listener.deleted TerminateInstances': 'delete',
    'kms.decrypt secrets.get_value s3.amazonaws.com:GetObject DescribeInstances': 'read',
    'AUDIT_LOG_ACTION_USER_LOGIN auth.login_failed ConsoleLogin': 'login',
    'AssumeRole AUDIT_LOG_ACTION_ASSIGN_USER_ROLE': 'access-granted',
    'AttachRolePolicy associateAddress': 'attach',
    'StartLogging server.started': 'start',
    'StopInstances vm/shutdown': 'stop',
    'resize auth.token.failed constructor __proto__ 日本': 'update',
  };
  for (const [natives, word] of Object.entries(expected)) {
    for (const native of natives.split(' ')) assert.equal(actionFor(native), word, native);
  }
});

test('resource types of others are shown by what they are', () => {
  const expected: Record<string, string> = {
    'kubernetes_cluster AWS::EKS::Cluster': 'uks',
    'cloud_vpc cloud_subnet AWS::EC2::SecurityGroup': 'network-gateway',
    'cluster AWS::RDS::DBInstance dynamodb_table': 'managed-database',
    'AWS::S3::Bucket s3.amazonaws.com objectStorage': 'managed-object-storage',
    'AWS::ElasticLoadBalancingV2::LoadBalancer': 'managed-loadbalancer',
    'AWS::ACM::Certificate': 'managed-loadbalancer-certificate-bundle',
    'AWS::EC2::Instance ec2.amazonaws.com virtual-machine Server': 'server',
    'AWS::EC2::Volume snapshot': 'storage',
    'AWS::EC2::KeyPair sshKey': 'ssh-key',
    'api_key oidc.session': 'auth',
    'kms_key secret dns_zone AWS::IAM::Role audit_log 日本': 'account',
  };
  for (const [natives, word] of Object.entries(expected)) {
    for (const native of natives.split(' ')) assert.equal(resourceTypeFor(native), word, native);
  }
  assert.equal(resourceTypeFor(undefined), 'account');
});

test('origins of others are consoles, a service’s own doings, or an API', () => {
  assert.deepEqual(
    ['UI', 'web', 'console', 'AwsConsoleSignIn'].map(originFor),
    Array(4).fill('gui'),
  );
  assert.deepEqual(
    ['internal', 'UPCLOUD_INTERNAL', 'AwsServiceEvent'].map(originFor),
    Array(3).fill('upcloud_internal'),
  );
  assert.deepEqual(['cli', 'mcp', '', undefined].map(originFor), Array(4).fill('api'));
});

test('actions that the log takes for the same are shown by the same word', () => {
  const letters = fc.oneof(anyText, fc.constantFrom('GetObject', 'user_LOGIN', 'Owner-Change'));
  fc.assert(
    fc.property(letters, (native) => {
      const lower = native.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      assert.equal(actionFor(native), actionFor(lower));
    }),
    { numRuns: propertyRuns },
  );
});
