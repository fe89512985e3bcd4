import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { TestApp } from '../api/app.fixture.ts';
import type { AuditEvent } from '../core/event.ts';
import { exitCodes } from './cli-context.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals import', () => {
  let app: TestApp;
  let key: string;
  before(async () => {
    app = new TestApp();
    key = await app.key('org-admin', await app.organisation());
  });

  const importing = (input: string, ...flags: readonly string[]) =>
    runCommand(['import', '-', ...flags], {
      input,
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: fetchFrom(app),
    });
  const count = async (query = '') =>
    (await app.json<{ totalItems: number }>('GET', `/v1/audit?limit=1&${query}`, { key }))
      .totalItems;

  it('leaves out the own records of a server, and says how many', async () => {
    const own = { eventID: 'own', action: 'audit_log.list', context: { system_service: 'annals' } };
    const lines = [own, { eventID: 'a', action: 'a', details: {} }, { ...own, details: {} }];
    const { code, stdout } = await importing(lines.map((line) => JSON.stringify(line)).join('\n'));
    assert.deepEqual(
      [code, stdout],
      [0, '1 event from 1 file: 1 added, 0 there already; 2 records of a server’s own left out\n'],
    );
    const again = await importing(JSON.stringify([own]), '--json');
    assert.deepEqual(JSON.parse(again.stdout), {
      files: 1,
      events: 0,
      added: 0,
      duplicates: 0,
      leftOut: 1,
    });
  });

  it('splits what is more than the server accepts in one request', async () => {
    // Three bytes a character: a batch of 1,000 has 1.8 MB, and this server takes 1 MiB.
    const events = Array.from({ length: 1_900 }, (_, number) => ({
      eventID: `event-${number}`,
      action: 'part',
      details: { text: '漢'.repeat(600) },
    }));
    const { code, stdout } = await importing(JSON.stringify(events));
    assert.deepEqual(
      [code, stdout],
      [0, '1,900 events from 1 file: 1,900 added, 0 there already\n'],
    );
    assert.equal(await count('action=part'), 1_900);
  });

  it('sends a batch again after failures that pass, and records each event once', async () => {
    const answer = fetchFrom(app);
    const waits: number[] = [];
    /** What comes in place of the server's responses; the third was recorded before it was lost. */
    const script: ((...request: Parameters<typeof fetch>) => Response | Promise<Response>)[] = [
      () => Promise.reject(new TypeError('fetch failed')),
      () => new Response('<html>', { status: 502 }),
      async (input, init) => {
        await answer(input, init);
        throw new TypeError('terminated');
      },
      () => Response.json({ message: 'busy' }, { status: 429, headers: { 'Retry-After': '3' } }),
    ];
    const { code, stdout, stderr } = await runCommand(['import', '-'], {
      input: '{"action":"again","eventID":"again-1"}\n{"action":"again","eventID":"again-2"}',
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: async (input, init) => (script.shift() ?? answer)(input, init),
      sleep: async (milliseconds) => void waits.push(milliseconds),
    });
    assert.deepEqual([code, stdout], [0, '2 events from 1 file: 0 added, 2 there already\n']);
    assert.equal(await count('action=again'), 2);
    assert.equal(stderr.match(/trying again in/g)?.length, 4, stderr);
    assert.equal(waits.at(-1), 3_000);
  });

  it('rejects a file that is not CloudTrail, and names the file and the event', async () => {
    const records = [
      {
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        eventTime: '2023-07-10T12:00:00Z',
      },
      { action: 'GET', createdAt: '2023-07-10T12:00:00Z' },
    ];
    const before = await count();
    for (const text of [JSON.stringify({ Records: records }), '[{"a":1}]']) {
      const { code, stderr } = await importing(text, '--from', 'cloudtrail');
      assert.equal(code, exitCodes.usage);
      assert.match(
        stderr,
        /-, event [12]: it is not a CloudTrail record, which has an eventSource/,
      );
    }
    assert.equal(await count(), before);
  });

  it('reads CloudTrail’s Insights events, which name the call inside', async () => {
    const insight = {
      eventID: 'insight',
      eventTime: '2023-07-10T12:00:00Z',
      eventType: 'AwsCloudTrailInsight',
      insightDetails: { eventSource: 'ssm.amazonaws.com', eventName: 'UpdateInstanceInformation' },
    };
    const { code } = await importing(
      JSON.stringify({ Records: [insight] }),
      '--from',
      'cloudtrail',
    );
    assert.equal(code, 0);
    const event = await app.json<AuditEvent>('GET', '/v1/audit/insight', { key });
    assert.equal(event.action, 'ssm.UpdateInstanceInformation');
  });

  it('exits with 2 for a file that is wrong, whether client or server finds it', async () => {
    const cut = '[{"action":"a","eventID":"cut"},{"acti';
    for (const [text, message] of [
      [cut, /^annals: -: .*it is cut off/],
      ['{"action":"a","outcome":"ok"}', /-, line 1: outcome must be one of success, failure/],
      ['hello', /^annals: -: /],
    ] as const) {
      const { code, stderr } = await importing(text);
      assert.match(stderr, message);
      assert.equal(code, exitCodes.usage, text);
    }
  });

  it('takes no misspelt event for one of a vendor, and says where it is and what is recorded', async () => {
    const before = await count();
    const good = Array.from({ length: 1_001 }, (_, index) => ({
      action: 'good',
      eventID: `g${index}`,
    }));
    const lines = good.map((event) => JSON.stringify(event));
    for (const [wrong, message] of [
      ['{"action":"b","createdAt":"yesterday"}', /createdAt .*RFC 3339/],
      [
        '{"action":"b","creatdAt":"2026-06-20T08:14:03Z"}',
        /creatdAt .*\(did you mean createdAt\?\)/,
      ],
      ['{"action":"b","useridentity":"noor"}', /useridentity .*\(did you mean userIdentity\?\)/],
      ['{"action":"b","eventID":"e","sequence":4}', /sequence is set by the server: leave it out/],
    ] as const) {
      const { code, stdout, stderr } = await importing([...lines, '', wrong].join('\n'));
      assert.deepEqual([code, stdout], [exitCodes.usage, ''], wrong);
      assert.match(stderr, /Cannot import -, line 1003: /);
      assert.match(stderr, message);
      assert.match(stderr, /vendor’s entry, name the vendor with --from/);
      assert.match(stderr, /has acknowledged 1,000 events before that/);
    }
    assert.equal(await count(), before + 1_000);
    const inArray = await importing('[{"action":"a","eventID":"x"},{"action":"b","user":4}]');
    assert.match(inArray.stderr, /-, event 2: user .*acknowledged nothing of this import/s);
  });

  it('says "added" only of what the server has settled', async () => {
    for (const [response, message] of [
      [
        () => Response.json({ accepted: 1, duplicates: 0 }, { status: 201 }),
        /settled 1 of 2 events/,
      ],
      [() => Response.json({}), /accepted is missing .* Is it an Annals server/],
      [
        () => new Response(null, { status: 307, headers: { location: 'http://else.test/' } }),
        /answered 307: a redirect to http:\/\/else\.test\/, which is not followed/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await runCommand(['import', '-'], {
        input: '{"action":"a","eventID":"1"}\n{"action":"a","eventID":"2"}',
        env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
        fetch: async () => response(),
      });
      assert.deepEqual([code, stdout], [exitCodes.failed, '']);
      assert.match(stderr, message);
    }
  });

  it('names a compressed file that is cut off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'annals-import-test-'));
    await writeFile(join(folder, 'cut.gz'), gzipSync('{"action":"a"}').subarray(0, 20));
    const { code, stderr } = await runCommand(['import', 'cut.gz'], {
      cwd: folder,
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: fetchFrom(app),
    });
    await rm(folder, { recursive: true });
    assert.equal(code, exitCodes.usage);
    assert.match(stderr, /^annals: .*cut\.gz.*unexpected end of file/);
  });
});
