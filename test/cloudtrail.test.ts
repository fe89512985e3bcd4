import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { CliContext } from '../src/cli/cli-context.ts';
import { run } from '../src/cli/run.ts';
import type { AuditEvent } from '../src/core/event.ts';
import { systemClock } from '../src/core/micros.ts';
import { ServerProcess } from './server-process.fixture.ts';

interface Person {
  readonly type: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly userName?: string;
  readonly accessKeyId?: string;
  readonly invokedBy?: string;
}

interface Call {
  readonly eventSource: string;
  readonly eventName: string;
  readonly requestParameters?: { readonly bucketName: string } | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** Invented records of the kinds in a real trail (AWS CloudTrail user guide, "CloudTrail record contents"). */
const people: readonly Person[] = [
  {
    type: 'IAMUser',
    principalId: 'AIDA1',
    arn: 'arn:aws:iam::111122223333:user/noor',
    userName: 'noor',
    accessKeyId: 'AKIA1',
  },
  {
    type: 'IAMUser',
    principalId: 'AIDA2',
    arn: 'arn:aws:iam::111122223333:user/sam',
    userName: 'sam',
  },
  {
    type: 'AssumedRole',
    principalId: 'AROA1:x',
    arn: 'arn:aws:sts::111122223333:assumed-role/deploy/x',
  },
  { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
  { type: 'Root', arn: 'arn:aws:iam::111122223333:root' },
];
const calls: readonly Call[] = [
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    requestParameters: { bucketName: 'logs' },
  },
  {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    errorCode: 'AccessDenied',
    errorMessage: 'no',
  },
  { eventSource: 'iam.amazonaws.com', eventName: 'ListUsers', requestParameters: null },
];

const count = 300;
const records = Array.from({ length: count }, (_, n) => ({
  eventVersion: '1.08',
  eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  // Not in order, several at one instant, over three days.
  eventTime: new Date(Date.UTC(2023, 6, 9) + ((n * 7_919) % 259) * 1_000_000)
    .toISOString()
    .replace('.000', ''),
  userIdentity: people[n % people.length]!,
  ...calls[n % calls.length]!,
  sourceIPAddress: `203.0.113.${n % 4}`,
  userAgent: 'aws-cli/2.12',
  awsRegion: 'us-east-1',
  requestID: `REQ${n}`,
  responseElements: null,
  additionalEventData: { bytes: n * 1.5, nested: [{ '': null }] },
}));

type TrailRecord = (typeof records)[number];

describe('a trail of AWS CloudTrail', () => {
  let directory: string;
  let server: ServerProcess;
  let key: string;
  let files: string[];

  before(async () => {
    server = await ServerProcess.start();
    key = (await server.organisation('acme')).key;
    directory = await mkdtemp(join(tmpdir(), 'annals-cloudtrail-'));
    const [first, second, third] = [
      records.slice(0, 100),
      records.slice(100, 200),
      records.slice(200),
    ];
    await writeFile(join(directory, 'one.json'), JSON.stringify({ Records: first }));
    await writeFile(
      join(directory, 'two.json.gz'),
      gzipSync(JSON.stringify({ Records: second }, null, 2)),
    );
    await writeFile(
      join(directory, 'three.json.zst'),
      zstdCompressSync(JSON.stringify({ Records: third })),
    );
    files = ['one.json', 'two.json.gz', 'three.json.zst'];
    assert.deepEqual(await annals('import', '--from', 'cloudtrail', '--json', ...files), {
      code: 0,
      out: `{"files":3,"events":${count},"added":${count},"duplicates":0,"leftOut":0}\n`,
    });
  });

  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** Runs a command in the directory of the files. Returns its exit code and stdout. */
  async function annals(...args: readonly string[]) {
    let out = '';
    let err = '';
    const stdout = new PassThrough().on('data', (chunk) => {
      out += chunk;
    });
    const stderr = new PassThrough().on('data', (chunk) => {
      err += chunk;
    });
    const context: CliContext = {
      env: { ANNALS_API: server.url, ANNALS_KEY: key },
      stdin: new PassThrough(),
      stdout,
      stderr,
      clock: systemClock,
      random: (bytes) => void randomFillSync(bytes),
      signal: new AbortController().signal,
      cwd: directory,
      home: directory,
    };
    const code = await run(args, context);
    assert.ok(code === 0, err);
    return { code, out };
  }

  const exported = async (...flags: readonly string[]) => {
    const { out } = await annals('export', '--quiet', '--output', '-', ...flags);
    return JSON.parse(out) as AuditEvent[];
  };
  const ids = (found: readonly { readonly eventID: string }[]) =>
    found.map(({ eventID }) => eventID).sort();
  const idsWhere = (rule: (record: TrailRecord) => boolean) => ids(records.filter(rule));

  it('is exported whole, each record once, oldest first, with its original', async () => {
    const events = await exported('--since', '10y');
    assert.deepEqual(ids(events), ids(records));
    const times = events.map(({ createdAt }) => createdAt);
    assert.deepEqual(times, times.toSorted());
    const originals = new Map(records.map((record) => [record.eventID, record]));
    for (const { eventID, details } of events) {
      assert.deepEqual(details, { cloudtrail: originals.get(eventID) });
    }
  });

  it('adds nothing when it is imported again, or our own export of it is', async () => {
    await annals('export', '--since', '10y', '--output', 'all.json', '--quiet');
    await annals('export', '--since', '10y', '--format', 'csv', '--output', 'all.csv', '--quiet');
    for (const args of [['--from', 'cloudtrail', ...files], ['all.json'], ['all.csv']]) {
      const { out } = await annals('import', '--json', '--quiet', ...args);
      assert.equal((JSON.parse(out) as { added: number }).added, 0, args.join(' '));
    }
    assert.equal(
      (JSON.parse(await readFile(join(directory, 'all.json'), 'utf8')) as unknown[]).length,
      count,
    );
  });

  for (const [flags, rule] of [
    ['--from 2023-07-10 --to 2023-07-10', (r) => r.eventTime.startsWith('2023-07-10')],
    [
      '--from 2023-07-09T12:00:00Z --to 2023-07-10T06:00:00Z',
      (r) => r.eventTime >= '2023-07-09T12' && r.eventTime < '2023-07-10T06',
    ],
    ['--since 10y --action s3.GetObject', (r) => r.eventName === 'GetObject'],
    ['--since 10y --action kms.decrypt,s3.GetObject', (r) => r.eventName !== 'ListUsers'],
    ['--since 10y --resource-type AWS::S3::Bucket', (r) => r.eventName === 'GetObject'],
    ['--since 10y --resource-identity logs', (r) => r.eventName === 'GetObject'],
    [
      '--since 10y --user-identity arn:aws:iam::111122223333:user/noor',
      (r) => r.userIdentity.userName === 'noor',
    ],
    [
      '--since 10y --service-account cloudtrail.amazonaws.com',
      (r) => r.userIdentity.type === 'AWSService',
    ],
    ['--since 10y --search-text ACCESSDENIED', (r) => r.errorCode === 'AccessDenied'],
    [
      '--since 10y --search-text denied --user-identity arn:aws:iam::111122223333:user/sam',
      (r) => r.errorCode !== undefined && r.userIdentity.userName === 'sam',
    ],
    ['--since 10y --response-status 403', () => false],
    ['--from 2022-01-01 --to 2022-12-31', () => false],
  ] as const satisfies readonly (readonly [string, (record: TrailRecord) => boolean])[]) {
    it(`${flags} exports what a filter over the original files finds`, async () => {
      assert.deepEqual(
        ids(await exported(...flags.split(' '))),
        idsWhere(rule as (record: TrailRecord) => boolean),
      );
    });
  }

  for (const [compress, unpack] of [
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const) {
    it(`has a file that ${compress} can unpack for a period without events`, async () => {
      const name = `none-${compress}.ndjson`;
      await annals(
        'export',
        '--from',
        '2022-01-01',
        '--to',
        '2022-01-01',
        '--compress',
        compress,
        '--output',
        name,
        '--quiet',
      );
      const file = await readFile(join(directory, `${name}.${compress === 'gzip' ? 'gz' : 'zst'}`));
      assert.equal(unpack(file).length, 0);
    });
  }

  it('is split by days, an empty one too', async () => {
    await annals('export', '--from', '2023-07-08', '--to', '2023-07-12', '--daily', '--quiet');
    for (const day of ['08', '09', '10', '11', '12']) {
      const text = await readFile(join(directory, `audit-logs-2023-07-${day}.json`), 'utf8');
      const expected = idsWhere(({ eventTime }) => eventTime.startsWith(`2023-07-${day}`));
      assert.deepEqual(ids(JSON.parse(text) as AuditEvent[]), expected);
    }
  });
});
