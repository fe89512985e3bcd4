import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyRecord } from '../../access/records.ts';
import { day, hour, second } from '../../core/micros.ts';
import { clockFindings } from './clock.ts';
import { diskFindings } from './disk.ts';
import type { Finding } from './finding.ts';
import { apiKeyFindings } from './keys.ts';
import { limitFindings } from './limits.ts';
import { metricFindings } from './server.ts';

const linesOf = (findings: Iterable<Finding>) =>
  [...findings].map(({ status, message }) => `${status}: ${message}`);
/** That these and no other findings are made, in this order. */
function assertFindings(findings: Iterable<Finding>, expected: readonly RegExp[]): void {
  const found = [...findings];
  const lines = linesOf(found);
  assert.equal(lines.length, expected.length, lines.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(lines[index]!, pattern);
  for (const { status, help } of found) assert.equal(help === undefined, status === 'ok');
}

describe('what is found of a disk', () => {
  const facts = {
    path: '/data',
    type: 0xef53,
    freeBytes: 50e9,
    sizeBytes: 100e9,
    inodes: 1_000_000,
    freeInodes: 900_000,
    readOnly: false,
  };
  for (const [what, change, expected] of [
    ['in order', {}, [/^ok: 50 GB of 100 GB are free; \/data is on ext4$/]],
    ['of a kind that is not known', { type: 7 }, [/^ok: .* is on a file system$/]],
    ['in memory', { type: 0x01021994 }, [/^problem: .* tmpfs, which forgets/, /^ok/]],
    ['in a container', { type: 0x794c7630 }, [/^warning: .* overlayfs, .* container/, /^ok/]],
    ['of another machine', { type: 0x6969 }, [/^warning: .* NFS: locks/, /^ok/]],
    ['for reading', { readOnly: true }, [/^problem: \/data is read-only/, /^ok/]],
    ['with a tenth left', { freeBytes: 9.9e9 }, [/^warning: 9\.9 GB of 100 GB/]],
    ['that is full', { freeBytes: 5e8 }, [/^problem: 500 MB of 100 GB/]],
    ['with many files', { freeInodes: 9_999 }, [/^ok/, /^warning: 9999 more files/]],
    ['without a limit of files', { inodes: 0, freeInodes: 0 }, [/^ok/]],
  ] as const) {
    it(what, () => assertFindings(diskFindings({ ...facts, ...change }), expected));
  }
});

describe('what is found of limits', () => {
  const gibibyte = 1024 ** 3;
  const facts = { openFiles: 20_000, memoryBytes: 4 * gibibyte, maxBodiesBytes: gibibyte / 4 };
  for (const [what, change, expected] of [
    ['in order', {}, [/^ok: a process may have 20000/, /^ok: there are 4\.3 GB .* up to 805 MB/]],
    ['that nobody says', { openFiles: undefined }, [/^ok: .* is not known here/, /^ok/]],
    ['with few files', { openFiles: 2_048 }, [/^warning: .* at most 1024 connections/, /^ok/]],
    ['with very few files', { openFiles: 1_000 }, [/^problem: .* 1000 open files/, /^ok/]],
    ['with little memory', { memoryBytes: gibibyte / 2 }, [/^ok/, /^warning: there are 537 MB/]],
    ['with large bodies', { maxBodiesBytes: 8 * gibibyte }, [/^ok/, /^warning: .* up to 9\.1 GB/]],
    ['with hardly any memory', { memoryBytes: 1e8 }, [/^ok/, /^problem: there are 100 MB/]],
  ] as const) {
    it(what, () => assertFindings(limitFindings({ ...facts, ...change }), expected));
  }
});

describe('what is found of a clock', () => {
  const clock = 20_000 * day;
  const facts = {
    began: { clock, counter: 0 },
    now: { clock: clock + second, counter: second },
    clocks: [],
    written: clock,
  };
  const other = (seconds: number, error = 0) => [
    { of: 'https://a', ahead: seconds * second, error: error * second },
  ];
  for (const [what, change, expected] of [
    ['alone', {}, [/^ok: it is 2024-10-04T00:00:01\.0+Z; no anchor/]],
    ['of a new directory', { written: undefined }, [/^ok/]],
    ['that agrees', { clocks: other(1.9) }, [/^ok: this clock and that of https:\/\/a agree/]],
    ['within the error', { clocks: other(-4, 2.1) }, [/^ok/]],
    ['that is behind', { clocks: other(3) }, [/^warning: this clock is 3\.0 s behind/]],
    ['that is ahead', { clocks: other(-31) }, [/^problem: this clock is 31\.0 s ahead of/]],
    [
      'that jumps',
      { now: { clock: clock + 2 * second, counter: second } },
      [/^warning: the clock jumped by 1\.0 s/, /^ok/],
    ],
    ['that was set back', { written: clock + hour }, [/^problem: .* it was set back/, /^ok/]],
  ] as const) {
    it(what, () => assertFindings(clockFindings({ ...facts, ...change }), expected));
  }
});

describe('what is found of API keys', () => {
  const now = 20_000 * day;
  const key = (id: string, more: Partial<KeyRecord>) =>
    ({ id, name: `${id}s`, role: 'writer', createdAt: 0, ...more }) as KeyRecord;
  const found = (...keys: KeyRecord[]) => apiKeyFindings({ keys, settings: new Map() }, now);

  it('in use', () => {
    const operator = key('o', { role: 'operator', expiresAt: now });
    const revoked = key('r', { expiresAt: now - day, revokedAt: now });
    const findings = found(
      operator,
      revoked,
      key('a', {}),
      key('b', { expiresAt: now + 31 * day }),
    );
    assertFindings(findings, [/^ok: 2 API keys in use/]);
  });

  it('that end', () => {
    const findings = found(
      key('c', { expiresAt: now + 2 * day }),
      key('d', { expiresAt: now - 1 }),
      ...[7, 6, 5, 4].map((days) => key(`e${days}`, { expiresAt: now + days * day })),
    );
    assertFindings(findings, [
      /^warning: 1 API key expired and not revoked: d \(ds, 2024-10-03\)$/,
      /^warning: 5 API keys will expire within 30 days: c \(cs, 2024-10-06\), e4 .*, e5 .* and 2 more$/,
    ]);
  });
});

it('what a running server counts is a problem only where it should not be there', () => {
  const counts = (lost: number, refused: number, open: number) =>
    `annals_own_records_lost_total ${lost}\nannals_checkpoints_refused_total ${refused}\n` +
    `process_open_fds ${open}\nprocess_max_fds 1024\n`;
  assertFindings(metricFindings(counts(0, 0, 819)), []);
  assertFindings(metricFindings(counts(2, 1, 820)), [
    /^problem: 2 records of the server’s own are lost/,
    /^problem: a log could not be signed/,
    /^warning: the server has 820 of 1024 files open/,
  ]);
});
