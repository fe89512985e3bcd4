import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { personalPaths } from '../integrity/personal.ts';
import { checkLog } from '../ledger/checkpoints/check-log.ts';
import { retirementsIn } from '../ledger/checkpoints/sqlite/read-archive.ts';
import { readDatabase } from '../runtime/database-identity.ts';
import { unfinishedRestore } from '../runtime/unfinished-restore.ts';
import { databases } from '../server/databases.ts';
import { checkDataDirectory } from '../store/segmented/check.ts';
import { directoryContains } from '../store/segmented/directory-contents.fixture.ts';
import { BackupDirectory } from './backup-directory.ts';
import { formatManifest } from './backup-manifest.ts';
import { readKnownCheckpoints } from './known-checkpoints.ts';
import { restoreOptions } from './restore.fixture.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';
import { address, backupOptions, openTrail, temporaryPlace } from './trail.fixture.ts';
import { type VerifiedBackup, verifyBackups } from './verify-backups.ts';

const verifyAll = (place: string) =>
  Array.fromAsync(
    verifyBackups({
      backups: new BackupDirectory(join(place, 'backups')),
      archive: 'checkpoints.db',
      signal: new AbortController().signal,
    }),
  );

const problemsOf = (verified: readonly VerifiedBackup[]) =>
  verified.flatMap(({ problems }) =>
    problems.map(({ file, problem }) => (file === undefined ? problem : `${file} ${problem}`)),
  );

async function assertWhole(place: string): Promise<void> {
  const verified = await verifyAll(place);
  assert.ok(verified.length > 0);
  assert.deepEqual(problemsOf(verified), []);
}

const sealedIn = (place: string) => readdirSync(join(place, 'backups/sealed')).toSorted();

describe('a backup', () => {
  it('copies each sealed file once, for its owner alone', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 250);
    await trail.checkpoint('org-a');
    await trail.seal();
    const first = await takeBackup(backupOptions(place.path));
    const before = sealedIn(place.path);
    const segments = before.filter((name) => name.includes('.segment-'));
    assert.equal(segments.length, 2);
    assert.equal(first.copied.files, first.manifest.files.length);
    const written = segments.map(
      (name) => statSync(join(place.path, 'backups/sealed', name), { bigint: true }).mtimeNs,
    );

    await trail.record('org-b', 100);
    await trail.seal();
    const second = await takeBackup(backupOptions(place.path));
    assert.deepEqual(
      segments.map(
        (name) => statSync(join(place.path, 'backups/sealed', name), { bigint: true }).mtimeNs,
      ),
      written,
    );
    const now = sealedIn(place.path);
    const added = now.filter((name) => !before.includes(name)).length;
    const own = second.manifest.files.filter(({ stored }) => !stored.startsWith('sealed/'));
    assert.equal(second.copied.files, added + own.length);
    assert.equal(second.reused, second.manifest.files.length - second.copied.files);
    assert.deepEqual(
      second.manifest.logs.map(({ organisation, size }) => [organisation, size]),
      [
        ['org-a', 250],
        ['org-b', 100],
      ],
    );
    await assertWhole(place.path);
    const all = readdirSync(join(place.path, 'backups'), {
      recursive: true,
      withFileTypes: true,
    });
    for (const entry of all) {
      const { mode } = statSync(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o777, entry.isFile() ? 0o600 : 0o700, entry.name);
    }
  });

  it('has what was acknowledged before, while events are recorded, erased, compacted and dropped', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    let [acknowledged, round, copied] = [0, 0, 0];
    const stop = new AbortController();
    const load = (async () => {
      for (; !stop.signal.aborted; round += 1) {
        await trail.record('org-a', 60);
        acknowledged += 60;
        await trail.checkpoint('org-a');
        if (round % 3 === 1) await trail.erase('org-a');
        if (round % 5 === 4) await trail.drop('org-a');
      }
    })();
    for (let backups = 0; backups < 5 || round < 12; backups += 1) {
      const atLeast = acknowledged;
      const { manifest } = await takeBackup(
        backupOptions(place.path, {
          onCopy: () => {
            copied += 1;
          },
        }),
      );
      const size = manifest.logs.find(({ organisation }) => organisation === 'org-a')?.size ?? 0;
      assert.ok(size >= atLeast, `${size} of ${atLeast} events`);
    }
    stop.abort();
    await load;
    assert.ok(copied > 0);
    await assertWhole(place.path);
    await restoreBackup(restoreOptions(place.path));
    const { data } = restoreOptions(place.path);
    await using restored = await openTrail(data);
    assert.deepEqual(restored.store.findings, []);
    const log = { organisation: 'org-a', name: 'org-a', newest: undefined };
    await checkLog(restored.store, log, { paths: personalPaths(), keys: [] });
    const checked = await Array.fromAsync(checkDataDirectory(data, databases));
    assert.deepEqual(
      checked.filter(({ problem }) => problem !== undefined),
      [],
    );
  });

  it('takes what replaces a file while it copies, and nothing that was erased meanwhile', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 350);
    await trail.seal();
    let erased = false;
    await takeBackup(
      backupOptions(place.path, {
        onCopy: async () => {
          // The file that is about to be copied, and all others, are deleted by it.
          if (!erased) await trail.erase('org-a');
          erased = true;
        },
      }),
    );
    assert.ok(erased);
    await assertWhole(place.path);
    assert.equal(await directoryContains(join(place.path, 'backups'), [address]), false);
  });

  it('removes older ones and what no other needs, and nothing as long as a manifest is damaged', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 250);
    await trail.seal();
    const names: string[] = [];
    for (const keep of [undefined, undefined, 2]) {
      const { name, removed } = await takeBackup(backupOptions(place.path, { keep }));
      assert.deepEqual(removed, keep === undefined ? [] : names.slice(0, 1));
      names.push(name);
      const isOldest = names.length < 3;
      assert.equal(await directoryContains(join(place.path, 'backups'), [address]), isOldest);
      await trail.erase('org-a');
    }
    assert.deepEqual(new BackupDirectory(join(place.path, 'backups')).names(), names.slice(1));
    await assertWhole(place.path);

    const damaged = join(place.path, 'backups', names[2]!, 'manifest.json');
    const text = readFileSync(damaged, 'utf8');
    writeFileSync(damaged, text.replace('"size": 250', '"size": 251'));
    const before = sealedIn(place.path);
    const { warnings, removed } = await takeBackup(backupOptions(place.path, { keep: 2 }));
    assert.deepEqual(removed, [names[1]]);
    assert.match(warnings.join('\n'), /No file is removed: \S+manifest.json is damaged/);
    assert.ok(before.every((file) => sealedIn(place.path).includes(file)));
    writeFileSync(damaged, text);
    await takeBackup(backupOptions(place.path, { keep: 1 }));
    await assertWhole(place.path);
  });

  it('is refused beside backups of other events, in a directory of something else, and beside another', async () => {
    using place = temporaryPlace();
    const data = join(place.path, 'data');
    const trail = await openTrail(data);
    await trail.record('org-a', 30);
    await trail.close();
    cpSync(data, join(place.path, 'old'), { recursive: true });
    await using continued = await openTrail(data);
    await continued.record('org-a', 120);
    await takeBackup(backupOptions(place.path));
    // First it has fewer events, then as many, which are others.
    for (const more of [0, 120]) {
      await using rolledBack = await openTrail(join(place.path, 'old'));
      await rolledBack.record('org-a', more);
      await assert.rejects(
        takeBackup(backupOptions(place.path, { data: join(place.path, 'old') })),
        {
          code: 'conflict',
          message: /its newest backup, \S+Z, has events that \S+old does not have/,
        },
      );
    }
    await assertWhole(place.path);
    await assert.rejects(takeBackup(backupOptions(place.path, { directory: place.path })), {
      code: 'invalid',
      message: /there are files in it, and no backups/,
    });
    await assert.rejects(takeBackup(backupOptions(place.path, { directory: join(data, 'new') })), {
      code: 'invalid',
      message: /is in the data directory/,
    });
    await assert.rejects(takeBackup(backupOptions(place.path, { data: place.path })), {
      code: 'invalid',
      message: /is not the data directory of a server/,
    });
    await continued.record('org-a', 100);
    await continued.seal();
    let second: Promise<unknown> | undefined;
    const other = backupOptions(place.path);
    await takeBackup({
      ...other,
      onCopy: async () => {
        second ??= assert.rejects(takeBackup(other), {
          code: 'conflict',
          message: /another backup into it is under way/,
        });
        await second;
      },
    });
    assert.ok(second !== undefined);
  });

  it('names a file of the data directory that is damaged or missing', async () => {
    using place = temporaryPlace();
    const data = join(place.path, 'data');
    const trail = await openTrail(data);
    await trail.record('org-a', 250);
    await trail.seal();
    await trail.close();
    const cases = [
      ['segments/000001.segment', /segments\/000001\.segment: it is damaged|segment 000001/i],
      ['segments/000002.db', /segments\/000002\.db/],
      ['checkpoints.db', /checkpoints\.db/],
    ] as const;
    for (const [file, expected] of cases) {
      const path = join(data, file);
      const bytes = readFileSync(path);
      const changed = Buffer.from(bytes);
      const at = file.endsWith('.db') ? bytes.length - 2_000 : 2_000;
      changed[at]! ^= 0xff;
      if (file !== 'checkpoints.db') {
        writeFileSync(path, changed);
        await assert.rejects(takeBackup(backupOptions(place.path)), {
          code: 'corrupt',
          message: expected,
        });
      }
      rmSync(path);
      await assert.rejects(takeBackup(backupOptions(place.path)), {
        code: 'corrupt',
        message: new RegExp(`Cannot back up ${file}: it is missing`),
      });
      writeFileSync(path, bytes);
    }
    await takeBackup(backupOptions(place.path));
    await assertWhole(place.path);
  });

  it('begins again when a key is replaced meanwhile, so that its checkpoints are still good', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 150);
    await trail.checkpoint('org-a');
    await trail.seal();
    let replaced = false;
    const onCopy = async () => {
      // By now the archive was copied.
      if (!replaced) await trail.replaceKey('old');
      replaced = true;
    };
    const { name, manifest } = await takeBackup(backupOptions(place.path, { onCopy }));
    const archive = join(place.path, 'backups', name, 'checkpoints.db');
    assert.match(readDatabase(archive, retirementsIn), /"key":"old".+"size":150/);
    assert.equal(manifest.files.filter(({ file }) => file === 'checkpoints.db').length, 1);
    await assertWhole(place.path);
  });

  it('has the key that signs only if it is in the data directory', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 1);
    const files = async () =>
      (await takeBackup(backupOptions(place.path))).manifest.files.map(({ file }) => file);
    assert.ok((await files()).includes('signing-key.pem'));
    rmSync(join(place.path, 'data', 'signing-key.pem'));
    assert.ok(!(await files()).includes('signing-key.pem'));
  });
});

describe('a backup of a data directory that has lost old events', () => {
  /** Its catalogue does not know its first segment any more. */
  async function loseSegment(place: string): Promise<void> {
    const database = new DatabaseSync(join(place, 'data/store.db'));
    database.exec("DELETE FROM catalogue WHERE file LIKE '%000000.segment'");
    database.close();
  }

  it('is refused, and so the backups that have them stay', async () => {
    using place = temporaryPlace();
    const trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 350);
    await trail.checkpoint('org-a');
    await trail.seal();
    await trail.close();
    const good = await takeBackup(backupOptions(place.path));
    await loseSegment(place.path);
    await assert.rejects(
      takeBackup(backupOptions(place.path, { keep: 1 })),
      /it is damaged: events 0 to 99 of org-a are in no file/,
    );
    assert.deepEqual(new BackupDirectory(join(place.path, 'backups')).names(), [good.name]);
    await assertWhole(place.path);
  });

  it('is not restored, although every file is as its manifest says', async () => {
    using place = temporaryPlace();
    const trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 350);
    await trail.seal();
    await trail.close();
    const { name, manifest } = await takeBackup(backupOptions(place.path));
    const [log] = manifest.logs;
    const forged = {
      ...manifest,
      logs: [{ ...log!, root: Buffer.alloc(32, 7).toString('base64') }],
    };
    writeFileSync(join(place.path, 'backups', name, 'manifest.json'), formatManifest(forged));
    await assert.rejects(
      restoreBackup(restoreOptions(place.path)),
      /the first 350 events of org-a are not those that are known of it.*annals backup --verify/,
    );
    // No server starts with it.
    assert.ok(existsSync(unfinishedRestore(join(place.path, 'restored'))));
  });
});

describe('restoring an older backup', () => {
  it('wants the loss accepted when it is not known what a newer one had', async () => {
    using place = temporaryPlace();
    const trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 50);
    const { name } = await takeBackup(backupOptions(place.path));
    const newer = (await takeBackup(backupOptions(place.path))).name;
    await trail.close();
    writeFileSync(join(place.path, 'backups', newer, 'manifest.json'), 'damaged');
    const options = restoreOptions(place.path, { at: name });
    await assert.rejects(restoreBackup(options), {
      code: 'conflict',
      message: new RegExp(`${newer} is newer, and it is not known what it had.*--accept-loss`),
    });
    const restored = await restoreBackup({ ...options, acceptLoss: true });
    assert.equal(restored.name, name);
  });

  it('takes checkpoints with any line ends, and none of another server', async () => {
    using place = temporaryPlace();
    const trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 50);
    await trail.checkpoint('org-a');
    await takeBackup(backupOptions(place.path));
    await trail.record('org-a', 50);
    const early = await trail.checkpoint('org-a');
    await trail.record('org-a', 50);
    const late = await trail.checkpoint('org-a');
    await trail.close();
    const kept = join(place.path, 'kept');
    const known = (text: string) => {
      writeFileSync(kept, text);
      return readKnownCheckpoints(kept);
    };
    for (const text of [
      `${early}\n${late}`.trimEnd(),
      `${early}\n${late}`.replaceAll('\n', '\r\n'),
    ]) {
      assert.deepEqual(
        known(text).map(({ size }) => size),
        [100, 150],
      );
      const options = restoreOptions(place.path, { known: known(text) });
      await assert.rejects(restoreBackup(options), /org-a\) had 150 events or more, and has 50/);
    }
    const others = known(late.replace('audit.example.com/', 'other.example/'));
    await assert.rejects(restoreBackup(restoreOptions(place.path, { known: others })), {
      code: 'invalid',
      message: /are of other.example, and the backup is of audit.example.com/,
    });
  });
});

describe('a directory of something else', () => {
  it('gets no backups and loses no files, whatever its folders are called', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 10);
    const sealed = join(place.path, 'backups/sealed');
    mkdirSync(sealed, { recursive: true });
    writeFileSync(join(sealed, 'contract.pdf'), 'signed');
    await assert.rejects(takeBackup(backupOptions(place.path)), { code: 'invalid' });
    assert.deepEqual(readdirSync(sealed), ['contract.pdf']);
    // Also beside backups, a file that is not theirs stays.
    rmSync(sealed, { recursive: true });
    await takeBackup(backupOptions(place.path));
    writeFileSync(join(sealed, 'contract.pdf'), 'signed');
    await takeBackup(backupOptions(place.path, { keep: 1 }));
    assert.ok(existsSync(join(sealed, 'contract.pdf')));
  });

  it('that is within the data directory is refused, by whatever name', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 10);
    symlinkSync(join(place.path, 'data'), join(place.path, 'link'));
    for (const directory of ['data/..backups', 'data/backups', 'link/backups']) {
      const options = backupOptions(place.path, { directory: join(place.path, directory) });
      await assert.rejects(takeBackup(options), /it is in the data directory/, directory);
    }
  });
});

describe('verifying backups', () => {
  it('names every file in which a byte is changed, that is cut, or missing', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 250);
    await trail.checkpoint('org-a');
    await trail.seal();
    await takeBackup(backupOptions(place.path));
    await trail.record('org-a', 5);
    await takeBackup(backupOptions(place.path));
    await assertWhole(place.path);
    const backups = join(place.path, 'backups');
    const files = readdirSync(backups, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'lock')
      .map((entry) => join(entry.parentPath, entry.name).slice(backups.length + 1));
    assert.ok(files.length > 10);
    const named = async () => problemsOf(await verifyAll(place.path));
    for (const file of files) {
      const path = join(backups, file);
      const bytes = readFileSync(path);
      const changed = Buffer.from(bytes);
      changed[Math.floor(Math.random() * bytes.length)]! ^= 1;
      for (const damage of [changed, bytes.subarray(0, -1)]) {
        writeFileSync(path, damage);
        const found = await named();
        assert.ok(found.length > 0 && found.every((text) => text.startsWith(file)), `${found}`);
      }
      // Without its manifest a backup is an unfinished one, and does not count.
      if (!file.endsWith('manifest.json')) {
        rmSync(path);
        assert.deepEqual([...new Set(await named())], [`${file} is missing`]);
      }
      writeFileSync(path, bytes);
    }
    await assertWhole(place.path);
  });

  it('says when a log does not have its root, although every file is as the manifest says', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 20);
    const { name } = await takeBackup(backupOptions(place.path));
    const backups = new BackupDirectory(join(place.path, 'backups'));
    const { formatManifest } = await import('./backup-manifest.ts');
    const manifest = backups.manifest(name);
    const logs = manifest.logs.map((log) => ({
      ...log,
      root: Buffer.alloc(32).toString('base64'),
    }));
    writeFileSync(backups.manifestPath(name), formatManifest({ ...manifest, logs }));
    assert.match(
      problemsOf(await verifyAll(place.path)).join(),
      /first 20 events of org-a are not/,
    );
  });

  it('does not count what an interrupted backup has left', async () => {
    using place = temporaryPlace();
    await using trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 20);
    // The first thing that it leaves in a directory.
    mkdirSync(join(place.path, 'backups'));
    writeFileSync(join(place.path, 'backups', 'lock'), '');
    const { name } = await takeBackup(backupOptions(place.path));
    const unfinished = join(place.path, 'backups', '2026-01-01T00-00-00.000Z');
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, 'store.db'), 'half');
    assert.deepEqual(
      (await verifyAll(place.path)).map((backup) => backup.name),
      [name],
    );
    await takeBackup(backupOptions(place.path));
    assert.throws(() => statSync(unfinished), { code: 'ENOENT' });
  });
});
