import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { checkDataDirectory } from './check.ts';
import { DataDirectory } from './data-directory.ts';
import { type Format1, unpackFormat1 } from './format-1.fixture.ts';
import { assertTidy, sampleOf, statesOf } from './kept-states.fixture.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

interface Exported {
  readonly organizationIdentity: string;
  readonly eventID: string;
  readonly sequence: number;
}

const eventsIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported);

describe('a data directory of format 1', () => {
  let place: string;
  let data: string;
  let said: Format1;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'annals-upgrade-'));
    data = join(place, 'data');
    said = unpackFormat1(data);
  });
  afterEach(() => rmSync(place, { recursive: true }));

  const open = (directory = data) =>
    new Writer({ directory, segmentEvents: 20, segmentMicros: Number.POSITIVE_INFINITY }, (bytes) =>
      bytes.fill(7),
    );
  /** Opens the directory, which has every event that was exported, in order and each once. */
  const checkEvents = async (directory: string) => {
    const writer = open(directory);
    const { version, logs, findings } = writer.openResult();
    const reader = new Reader(new DataDirectory(directory), version, 30_000);
    try {
      for (const text of Object.values(said.exported)) {
        const expected = eventsIn(text);
        const { organizationIdentity: organisation, sequence: from } = expected[0]!;
        const { number, head } = logs.find((log) => log.organisation === organisation)!;
        const found: string[] = [];
        for (let at = 0; ; ) {
          const range = { from: at, to: head.size };
          const page = await reader.scanPage({ log: number, disconnected: undefined }, range, {});
          if (page.events.length === 0) break;
          found.push(...page.events.map(({ body }) => (JSON.parse(body) as Exported).eventID));
          at = page.next;
        }
        const ids = expected.map(({ eventID }) => eventID);
        assert.deepEqual(found.slice(0, ids.length), ids);
        // The export itself was recorded.
        assert.equal(from + found.length, head.size);
        assert.deepEqual([...writer.findExisting(organisation, ids).keys()], ids);
      }
    } finally {
      await reader.close();
      writer.close();
    }
    return findings;
  };
  const storeFile = (run: (db: DatabaseSync) => void) => {
    const db = new DatabaseSync(join(data, 'store.db'));
    run(db);
    db.close();
  };
  const format = () => {
    let found: unknown;
    storeFile((db) => {
      found = db.prepare("SELECT value FROM facts WHERE name = 'format'").get()?.value;
    });
    return found;
  };
  const check = () => Array.fromAsync(checkDataDirectory(data));

  it('is upgraded when it is opened, has every event, and is tidied up', async () => {
    assert.deepEqual(await checkEvents(data), []);
    assertTidy(data);
    assert.equal(format(), 2);
    assert.ok((await check()).every(({ problem }) => problem === undefined));
  });

  it('can be killed at any step of it, and is upgraded by the next start', async () => {
    const states = statesOf(place, './open-once.fixture');
    assert.ok(states.length > 20, `${states.length} states`);
    for (const state of sampleOf(states, 2)) {
      try {
        await checkEvents(join(state, 'data'));
        assertTidy(join(state, 'data'));
      } catch (error) {
        throw new Error(`State ${basename(state)} of ${states.length}`, { cause: error });
      }
    }
  });

  it('gets a run of ids that was damaged created again', async () => {
    truncateSync(join(data, 'ids', '000003-000006.ids'), 100);
    const [unknown, ...others] = await checkEvents(data);
    assert.equal(unknown?.file, 'ids/000003-000006.ids');
    assert.deepEqual(others, []);
  });

  it('stays as it is when events are missing in it', () => {
    for (const number of ['000010', '000011', '000012']) {
      for (const suffix of ['', '-wal']) {
        rmSync(join(data, 'segments', `${number}.db${suffix}`), { force: true });
      }
    }
    assert.throws(open, {
      code: 'corrupt',
      message: `Cannot open ${data}: the segment that takes events is missing. Restore the directory from a backup`,
    });
    assert.equal(format(), 1);
  });

  it('is not checked before it is upgraded, and the message says what helps', async () => {
    await assert.rejects(check(), {
      code: 'unavailable',
      message: /it has format 1, which Annals 0\.1 writes.* Start a server of this version/,
    });
  });
});

describe('a data directory of another format', () => {
  it('is refused, and the message says which version reads it and how to come back', async () => {
    const data = mkdtempSync(join(tmpdir(), 'annals-newer-'));
    const open = () =>
      new Writer(
        { directory: data, segmentEvents: 20, segmentMicros: Number.POSITIVE_INFINITY },
        (bytes) => bytes.fill(7),
      );
    open().close();
    const put = (sql: string) => {
      const db = new DatabaseSync(join(data, 'store.db'));
      db.exec(sql);
      db.close();
    };
    put(`UPDATE facts SET value = 3 WHERE name = 'format';
         UPDATE facts SET value = 'Annals 0.9.0 or later' WHERE name = 'readable_by'`);
    const newer = {
      code: 'unavailable',
      message: /it has format 3, which Annals 0\.9\.0 or later reads; .*export the logs with that/,
    };
    assert.throws(open, newer);
    await assert.rejects(Array.fromAsync(checkDataDirectory(data)), newer);
    put(
      "UPDATE facts SET value = 0 WHERE name = 'format'; DELETE FROM facts WHERE name <> 'format'",
    );
    assert.throws(open, { message: /it has format 0, which another version of Annals reads/ });
    rmSync(data, { recursive: true });
  });
});
