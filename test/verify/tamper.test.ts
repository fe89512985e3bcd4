import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { VerifyFinding } from '../../src/export/verify/findings.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { exportProved, record, temporary, verifierKeyOf } from './recorded-log.fixture.ts';
import { annals, verify } from './run-command.fixture.ts';

const middle = 'mine-2026-06-02.json';
const proof = 'mine.proof.ndjson';
const manifest = 'mine.manifest.json';
const perDay = 40;

interface Tampering {
  /** Changes the export in a directory. */
  readonly change: (directory: string) => Promise<void>;
  /** What must be found, by kind and a part of the message; there may be other findings too. */
  readonly found: readonly (readonly [VerifyFinding['kind'], RegExp])[];
}

/** The lines of the file of the second day; line 0 is the bracket, so that event n is line n. */
async function lines(directory: string, change: (lines: string[]) => string[]): Promise<void> {
  const path = join(directory, middle);
  const text = await readFile(path, 'utf8');
  const [open = '', ...rest] = text.trimEnd().split('\n');
  const events = rest.slice(0, -1).map((line) => line.replace(/,$/, ''));
  await writeFile(path, `${open}\n${change(events).join(',\n')}\n]\n`);
}

async function json(path: string, change: (value: Record<string, unknown>) => object) {
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8'))), null, 2));
}

/** The first line of a proof. */
async function head(directory: string, change: (value: Record<string, unknown>) => object) {
  const path = join(directory, proof);
  const text = await readFile(path, 'utf8');
  const end = text.indexOf('\n');
  const changed = change(JSON.parse(text.slice(0, end)) as Record<string, unknown>);
  await writeFile(path, `${JSON.stringify(changed)}${text.slice(end)}`);
}

/** Corrects the hashes and sizes in the manifest, as a careful attacker would. */
async function repair(directory: string): Promise<void> {
  const value = JSON.parse(await readFile(join(directory, manifest), 'utf8')) as {
    files: { name: string; bytes: number; sha256: string }[];
    proof: { name: string; bytes: number; sha256: string };
  };
  for (const file of [...value.files, value.proof]) {
    const bytes = await readFile(join(directory, file.name)).catch(() => undefined);
    if (bytes === undefined) continue;
    file.bytes = bytes.length;
    file.sha256 = hash('sha256', bytes, 'hex');
  }
  await writeFile(join(directory, manifest), JSON.stringify(value));
}

const changed = (event: string, change: (value: Record<string, unknown>) => object) =>
  JSON.stringify(change(JSON.parse(event) as Record<string, unknown>));

const eventTampering: Record<string, Tampering> = {
  'a byte of an event flipped': {
    change: (directory) =>
      lines(directory, (events) => events.with(6, events[6]!.replace('vault.', 'vAult.'))),
    found: [
      [
        'changed',
        /^mine-2026-06-02\.json, event 7 \(evt-2026-06-02-\d+, sequence \d+\): it is not/,
      ],
      ['missing', /^the event of sequence \d+ is missing/],
    ],
  },
  'a personal part changed': {
    change: (directory) =>
      lines(directory, (events) => events.map((text) => text.replace('Noor 7"', 'Mallory"'))),
    found: [['changed', /event \d+ \(evt-2026-06-02-7, sequence \d+\)/]],
  },
  'a personal part put where there was none': {
    change: (directory) =>
      lines(directory, (events) =>
        events.with(
          0,
          changed(events[0]!, (event) => ({ ...event, user: { name: 'Mallory' } })),
        ),
      ),
    found: [['changed', /event 1 /]],
  },
  'a key written twice, so that readers disagree': {
    change: (directory) =>
      lines(directory, (events) => events.with(3, `{"action":"harmless",${events[3]!.slice(1)}`)),
    found: [['changed', /event 4 .*ambiguous/]],
  },
  'a sequence changed': {
    change: (directory) =>
      lines(directory, (events) =>
        events.with(
          9,
          changed(events[9]!, (event) => ({ ...event, sequence: 7 })),
        ),
      ),
    found: [
      ['changed', /event 10 \(evt-2026-06-02-\d+, sequence 7\)/],
      ['missing', /the event of sequence \d+ is missing/],
    ],
  },
  'a byte flipped where a file is not JSON any more': {
    change: (directory) => lines(directory, (events) => events.with(4, events[4]!.slice(1))),
    found: [['file', /^mine-2026-06-02\.json: Cannot read the JSON.*; event 4 is the last one/]],
  },
  'a byte flipped where a file is not text any more': {
    change: async (directory) => {
      const path = join(directory, middle);
      const bytes = await readFile(path);
      bytes[bytes.indexOf('Noor 7"')] = 0xff;
      await writeFile(path, bytes);
    },
    found: [['file', /^mine-2026-06-02\.json: .*not valid UTF-8; event [1-9]\d* is the last one/]],
  },
  'an event dropped': {
    change: (directory) => lines(directory, (events) => events.toSpliced(5, 1)),
    found: [
      ['missing', /^the event of sequence \d+ is missing/],
      ['manifest', new RegExp(`has ${perDay - 1} events and the manifest says ${perDay}`)],
    ],
  },
  'an event inserted': {
    change: (directory) =>
      lines(directory, (events) =>
        events.toSpliced(
          5,
          0,
          changed(events[5]!, (event) => ({ ...event, eventID: 'forged', sequence: 999_999 })),
        ),
      ),
    found: [['added', /event 6 \(forged, sequence 999999\): the proof has no event/]],
  },
  'an event put in twice': {
    change: (directory) => lines(directory, (events) => events.toSpliced(5, 0, events[5]!)),
    found: [['added', /event 7 .*a second time/]],
  },
  'two events swapped': {
    change: (directory) =>
      lines(directory, (events) => events.with(8, events[9]!).with(9, events[8]!)),
    found: [['order', /event 10 \(evt-2026-06-02-\d+, sequence \d+\): it comes after a later one/]],
  },
  'the tail of a file cut off': {
    change: (directory) => truncate(join(directory, middle), 5_000),
    found: [
      ['file', /^mine-2026-06-02\.json: .*is cut off after.*; event \d+ is the last one/],
      ['missing', /the \d+ events of sequences \d+ to \d+ are missing/],
    ],
  },
  'the tail of a file cut off neatly': {
    change: (directory) => lines(directory, (events) => events.slice(0, -3)),
    found: [['missing', /missing/]],
  },
  'a whole file removed': {
    change: (directory) => rm(join(directory, middle)),
    found: [
      ['file', new RegExp(`the file mine-2026-06-02.json is missing; it had ${perDay} events`)],
      ['missing', /missing/],
    ],
  },
  'a file replaced by another of the same export': {
    change: (directory) => cp(join(directory, 'mine-2026-06-01.json'), join(directory, middle)),
    found: [
      ['added', /mine-2026-06-02\.json, event 1 .*a second time/],
      ['missing', /missing/],
    ],
  },
};

/** Tampering with what is beside the files. */
const besideTampering: Record<string, Tampering> = {
  'a file cut, and the manifest left as it was': {
    change: (directory) => truncate(join(directory, middle), 5_000),
    found: [
      ['file', /mine-2026-06-02\.json is not the one .* cut, 5000 of its \d+ bytes are there/],
    ],
  },
  'a count in the manifest edited': {
    change: (directory) => json(join(directory, manifest), (value) => ({ ...value, entries: 1 })),
    found: [['manifest', /says 1 events, and 120 in its files/]],
  },
  'a file left out of the manifest': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        files: (value.files as object[]).slice(0, 2),
        filesExpected: 2,
      })),
    found: [
      ['missing', /missing/],
      ['manifest', /says 120 events, and 80 in its files/],
    ],
  },
  'the ends in the manifest edited': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        files: (value.files as object[]).map((file) => ({
          ...file,
          first: { id: 'other', at: '2026-06-01T00:00:00.000000Z' },
        })),
      })),
    found: [['manifest', /says that other is the first event of mine-2026-06-02\.json/]],
  },
  'the times in the manifest edited': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        files: (value.files as object[]).map((file) => ({
          ...file,
          to: '2026-06-01T01:00:00.000000Z',
        })),
      })),
    found: [['manifest', /is outside of the range that the manifest gives for the file/]],
  },
  'a manifest of an export that was not finished': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({ ...value, complete: false, reason: 'x' })),
    found: [['manifest', /is not complete \(x\)/]],
  },
  'the window edited': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        window: { ...(value.window as object), from: '2026-01-01T00:00:00.000000Z' },
      })),
    found: [['manifest', /begins at 2026-06-01T.* but the window before it ends at 2026-01-01T/]],
  },
  'the end of the window edited': {
    change: (directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        window: { ...(value.window as object), to: '2026-12-31T00:00:00.000000Z' },
      })),
    found: [['manifest', /the window ends at 2026-12-31T.*, but its files end at 2026-06-0/]],
  },
  'a file’s part of the window edited': {
    change: (directory) =>
      json(join(directory, manifest), (value) => {
        const files = value.files as { to: string }[];
        files[0]!.to = '2026-06-01T12:00:00.000000Z';
        return value;
      }),
    found: [['manifest', /mine-2026-06-02\.json begins at/]],
  },
  'the proof removed': {
    change: (directory) => rm(join(directory, proof)),
    found: [['unproved', /mine\.proof\.ndjson is missing/]],
  },
  'a byte of the proof flipped': {
    change: async (directory) => {
      const path = join(directory, proof);
      const text = await readFile(path, 'utf8');
      const at = text.indexOf('"leaves":"') + 100;
      const other = text[at] === 'A' ? 'B' : 'A';
      await writeFile(path, `${text.slice(0, at)}${other}${text.slice(at + 1)}`);
    },
    found: [
      ['proof', /mine\.proof\.ndjson is not the proof that the manifest describes/],
      ['proof', /does not lead to its checkpoint/],
    ],
  },
  'the tail of the proof cut off': {
    change: async (directory) => {
      const path = join(directory, proof);
      await truncate(path, (await readFile(path)).length - 60);
    },
    found: [['proof', /mine\.proof\.ndjson/]],
  },
  'the size in the checkpoint edited': {
    change: (directory) =>
      head(directory, (value) => ({
        ...value,
        checkpoint: (value.checkpoint as string).replace(/\n\d+\n/, '\n9999\n'),
      })),
    found: [
      ['proof', /does not lead to a root|does not lead to its checkpoint/],
      ['checkpoint', /Cannot trust the checkpoint/],
    ],
  },
  'the personal paths edited': {
    change: (directory) => head(directory, (value) => ({ ...value, personalPaths: [] })),
    found: [['changed', /is not the event in the log/]],
  },
};

describe('a tampered export', () => {
  let server: ServerProcess;
  let key: string;
  let otherKey: string;
  let original: { path: string } & AsyncDisposable;
  let kept = '';
  let otherLog = '';
  before(async () => {
    server = await ServerProcess.start();
    const acme = await server.organisation('acme');
    const other = await server.organisation('other');
    await record(server, acme.key, perDay);
    await record(server, other.key, 2);
    original = await temporary();
    await exportProved(server, acme.key, original.path, '--daily', '--output', 'mine.json');
    key = await verifierKeyOf(server, acme.key);
    const checkpointOf = async (token: string) =>
      (
        await fetch(`${server.url}/v1/audit/checkpoint`, {
          headers: { Authorization: `Bearer ${token}` },
        })
      ).text();
    kept = JSON.parse(
      (await readFile(join(original.path, proof), 'utf8')).split('\n')[0]!,
    ).checkpoint;
    otherLog = await checkpointOf(other.key);
    // Everything after this is done without a server.
    await server[Symbol.asyncDispose]();
    await using stranger = await ServerProcess.start();
    otherKey = await verifierKeyOf(stranger, (await stranger.organisation('acme')).key);
  });
  after(() => original[Symbol.asyncDispose]());

  async function tampered(change: Tampering['change']) {
    const copy = await temporary();
    await cp(original.path, copy.path, { recursive: true });
    await change(copy.path);
    return copy;
  }

  async function check(directory: string, { found }: Tampering): Promise<void> {
    const { code, proved, findings } = await verify(directory, '.', '--key', key);
    assert.equal(code, 1);
    assert.equal(proved, false);
    for (const [kind, message] of found) {
      assert.ok(
        findings.some((finding) => finding.kind === kind && message.test(finding.message)),
        `${kind} ${message} is not in ${JSON.stringify(findings, null, 2)}`,
      );
    }
  }

  it('is proved before it is tampered with', async () => {
    const untouched = { code: 0, proved: true, findings: [] };
    assert.deepEqual(await verify(original.path, '.', '--key', key), untouched);
    assert.deepEqual(await verify(original.path, middle, '--checkpoint', kept), untouched);
  });

  for (const [name, tampering] of Object.entries(eventTampering)) {
    it(`is found and named: ${name}`, async () => {
      await using copy = await tampered(tampering.change);
      await check(copy.path, tampering);
      await repair(copy.path);
      await check(copy.path, tampering);
    });
  }

  for (const [name, tampering] of Object.entries(besideTampering)) {
    it(`is found and named: ${name}`, async () => {
      await using copy = await tampered(tampering.change);
      await check(copy.path, tampering);
    });
  }

  it('names exactly the one event that was changed, by its file, number, id and sequence', async () => {
    await using copy = await tampered(eventTampering['a personal part changed']!.change);
    await repair(copy.path);
    const { findings } = await verify(copy.path, '.', '--key', key);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['changed', 'missing'],
    );
    const text = await readFile(join(copy.path, middle), 'utf8');
    const eventNumber = text.split('\n').findIndex((line) => line.includes('Mallory'));
    const { sequence } = JSON.parse(text.split('\n')[eventNumber]!.replace(/,$/, '')) as {
      sequence: number;
    };
    const [first] = findings;
    assert.deepEqual(
      [first?.file, first?.place, first?.eventID, first?.sequence],
      [middle, eventNumber, 'evt-2026-06-02-7', sequence],
    );
  });

  it('is found by a single byte that was changed anywhere in a file', async () => {
    const bytes = await readFile(join(original.path, middle));
    const positions = Array.from(
      { length: 25 },
      (_, n) => hash('sha256', `byte ${n}`, 'buffer').readUInt32BE() % bytes.length,
    );
    for (const position of positions) {
      await using copy = await tampered(async (directory) => {
        const other = Buffer.from(bytes);
        other[position]! ^= 1 << (position % 8);
        await writeFile(join(directory, middle), other);
      });
      const { code, findings } = await verify(copy.path, '.', '--key', key);
      assert.equal(code, 1, `byte ${position}`);
      assert.ok(
        findings.some(({ file }) => file === middle),
        `byte ${position}`,
      );
    }
  });

  it('is not proved by a key or a checkpoint of somebody else', async () => {
    for (const [flags, kind, message] of [
      [[], 'key', /no key was given to check it with/],
      [['--key', otherKey], 'key', /which is none of the keys given/],
      [['--checkpoint', otherLog], 'checkpoint', /is of the log annals\/\S+; the proof is of/],
      [['--key', key, '--checkpoint', otherLog], 'checkpoint', /is of the log/],
      [
        [
          '--key',
          key,
          '--checkpoint',
          kept.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 9}\n`),
        ],
        'checkpoint',
        /only the server can prove/,
      ],
      [
        ['--key', key, '--checkpoint', kept.replace(/\n[\w+/]{10}/, '\nAAAAAAAAAA')],
        'fork',
        /contradicts the proof: at size \d+/,
      ],
    ] as const) {
      const { code, findings } = await verify(original.path, '.', ...flags);
      assert.equal(code, 1);
      assert.ok(
        findings.some((finding) => finding.kind === kind && message.test(finding.message)),
        `${kind} ${message} is not in ${JSON.stringify(findings)}`,
      );
    }
  });

  it('states what only the exporter vouches for: source, window and filters', async () => {
    await using copy = await tampered((directory) =>
      json(join(directory, manifest), (value) => ({
        ...value,
        source: { kind: 'annals', endpoint: 'https://elsewhere.example' },
        filters: { ...(value.filters as object), asked: { actions: ['DELETE'] } },
      })),
    );
    const { code, stdout } = await annals(copy.path, 'verify', '.', '--key', key);
    assert.equal(code, 0);
    const claims = stdout.slice(stdout.indexOf('  only the exporter says:'));
    assert.match(
      claims,
      /says:\n {4}source {3}annals, https:\/\/elsewhere\.example\n {4}window {3}2026-06-01T\S+ to 2026-06-0\S+\n {4}filters {2}\{"actions":\["DELETE"\]\}\n/,
    );
  });

  it('says in words what is wrong, and exits with 2 for options that make no sense', async () => {
    await using copy = await tampered(eventTampering['an event dropped']!.change);
    const { code, stdout } = await annals(copy.path, 'verify', middle, '--key', key);
    assert.equal(code, 1);
    assert.match(stdout, /missing: the event of sequence \d+ is missing/);
    assert.match(stdout, /NOT PROVED\n$/);
    for (const argv of [
      [],
      ['nowhere.json'],
      ['.', '--server'],
      ['.', '--save', 'x'],
      ['.', '--key', 'nonsense'],
      ['.', '--checkpoint', middle],
    ]) {
      assert.equal((await annals(copy.path, 'verify', ...argv)).code, 2, argv.join(' '));
    }
    assert.deepEqual(
      (await readdir(copy.path)).toSorted(),
      (await readdir(original.path)).toSorted(),
      'nothing was written',
    );
  });
});
