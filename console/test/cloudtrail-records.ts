/** Invented records of the kinds that a real trail of AWS CloudTrail has, the same ones each time, oldest first. */
interface CloudTrailRecord {
  readonly eventVersion: string;
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventType: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly requestID: string;
  readonly userIdentity: Readonly<Record<string, string>>;
  readonly requestParameters: Readonly<Record<string, string>> | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

const account = '111122223333';
const people: readonly Readonly<Record<string, string>>[] = [
  ...['noor', 'sam', 'ines', 'bert'].map((userName, at) => ({
    type: 'IAMUser',
    principalId: `AIDAEXAMPLE${at}`,
    arn: `arn:aws:iam::${account}:user/${userName}`,
    accountId: account,
    userName,
    accessKeyId: `AKIAEXAMPLE${at}`,
  })),
  {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE:deploy',
    arn: `arn:aws:sts::${account}:assumed-role/deploy/pipeline`,
    accountId: account,
    accessKeyId: 'ASIAEXAMPLE',
  },
  { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
];
const calls: readonly (readonly [string, string, Readonly<Record<string, string>> | null])[] = [
  ['s3', 'GetObject', { bucketName: 'invoices' }],
  ['s3', 'PutObject', { bucketName: 'invoices' }],
  ['s3', 'ListBuckets', null],
  ['kms', 'Decrypt', { keyId: `arn:aws:kms:eu-central-1:${account}:key/77ab10` }],
  ['secretsmanager', 'GetSecretValue', { secretId: 'database-password' }],
  ['iam', 'CreateAccessKey', { userName: 'bert' }],
  ['ec2', 'DescribeInstances', null],
  ['ec2', 'TerminateInstances', { instanceId: 'i-0123456789abcdef0' }],
  ['sts', 'AssumeRole', { roleName: 'deploy' }],
  ['signin', 'ConsoleLogin', null],
];
const addresses = ['203.0.113.24', '203.0.113.25', '198.51.100.7', '2001:db8::24'];

/** @param begin time of the first record; the others follow within 72 hours */
export function cloudTrailRecords(count: number, begin: string): readonly CloudTrailRecord[] {
  const start = Date.parse(begin);
  let state = 4711;
  /** A whole number below `bound`: the same ones in every run. */
  const next = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return Array.from({ length: count }, (_, at) => {
    const [service, eventName, requestParameters] = calls[next(calls.length)]!;
    const isDenied = next(8) === 0;
    const hex = (digits: number) =>
      Array.from({ length: digits }, () => next(16).toString(16)).join('');
    return {
      eventVersion: '1.08',
      eventID: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
      eventTime: `${new Date(start + Math.floor((at / count) * 72 * 3_600_000)).toISOString().slice(0, 19)}Z`,
      eventSource: `${service}.amazonaws.com`,
      eventName,
      eventType: eventName === 'ConsoleLogin' ? 'AwsConsoleSignIn' : 'AwsApiCall',
      awsRegion: next(3) === 0 ? 'us-east-1' : 'eu-central-1',
      sourceIPAddress: addresses[next(addresses.length)]!,
      userAgent: 'aws-cli/2.13.0 Python/3.11.4 Linux/6.1 exe/x86_64.debian.12',
      requestID: `${hex(8)}-${hex(4)}-4${hex(3)}-b${hex(3)}-${hex(12)}`,
      userIdentity: people[next(people.length)]!,
      requestParameters,
      ...(isDenied && {
        errorCode: 'AccessDenied',
        errorMessage: `The caller may not do ${service}:${eventName}`,
      }),
    };
  });
}
