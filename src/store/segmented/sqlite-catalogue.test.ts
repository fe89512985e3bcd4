import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, it } from 'node:test';
import type { CatalogueFile, WrittenFile } from './catalogue.ts';
import { catalogueSchema, SqliteCatalogue } from './sqlite-catalogue.ts';

const sealed = (first: number, revision = 0): Omit<CatalogueFile, 'fileId'> => ({
  kind: 'sealed',
  first,
  last: first,
  revision,
  file: `${first}.${revision}`,
});

describe('a catalogue', () => {
  let database: DatabaseSync;
  let catalogue: SqliteCatalogue;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec(catalogueSchema);
    catalogue = new SqliteCatalogue(database);
  });
  const stage = (...files: Omit<CatalogueFile, 'fileId'>[]) => catalogue.stage(files);
  const written = ({ fileId }: CatalogueFile): WrittenFile => ({
    fileId,
    bytes: 10,
    identity: Uint8Array.of(fileId),
  });
  const publish = (files: readonly CatalogueFile[], replaced: readonly CatalogueFile[] = []) =>
    catalogue.publish({
      written: files.map(written),
      replaced: replaced.map(({ fileId }) => fileId),
    });
  const names = (files: readonly CatalogueFile[]) => files.map(({ file }) => file);
  const states = () => ({
    live: names(catalogue.live()),
    staged: names(catalogue.staged()),
    obsolete: names(catalogue.obsolete()),
  });
  const conflict = { code: 'conflict' };

  it('lets files that are written take the place of others at once', () => {
    const [one, two] = stage(sealed(1), sealed(2)) as [CatalogueFile, CatalogueFile];
    assert.deepEqual(states(), { live: [], staged: ['1.0', '2.0'], obsolete: [] });
    publish([one, two]);
    const [three] = stage({ ...sealed(1, 1), last: 2 });
    publish([three!], [one, two]);
    assert.deepEqual(states(), { live: ['1.1'], staged: [], obsolete: ['1.0', '2.0'] });
    assert.deepEqual(catalogue.live(), [
      { ...three, bytes: 10, identity: Uint8Array.of(three!.fileId) },
    ]);
    catalogue.forget([one.fileId, two.fileId]);
    assert.deepEqual(states(), { live: ['1.1'], staged: [], obsolete: [] });
  });

  it('carries out a change only when every file is in the state that it needs', () => {
    const [one, two, half] = stage(sealed(1), sealed(2), sealed(3)) as CatalogueFile[];
    publish([one!]);
    const before = states();
    // Published before; replaced, and then once more; never staged.
    assert.throws(() => publish([two!, one!]), conflict);
    assert.deepEqual(states(), before);
    publish([two!], [one!]);
    const after = states();
    assert.throws(() => publish([half!], [one!]), conflict);
    assert.throws(() => publish([{ ...half!, fileId: 99 }]), conflict);
    assert.deepEqual(states(), after);
    // What never became live can be replaced as well.
    publish([], [half!]);
    assert.deepEqual(states().obsolete, ['1.0', '3.0']);
  });

  it('has one row for a name, and no number twice', () => {
    const [one] = stage(sealed(1));
    assert.throws(() => stage(sealed(2), sealed(1)), conflict);
    assert.deepEqual(states().staged, ['1.0']);
    catalogue.forget([one!.fileId]);
    const [again] = stage(sealed(1));
    assert.ok(again!.fileId > one!.fileId);
    assert.deepEqual(states().staged, ['1.0']);
  });

  it('never forgets a file that counts, unless it is disowned', () => {
    const [one] = stage(sealed(1));
    publish([one!]);
    catalogue.forget([one!.fileId]);
    catalogue.flush();
    assert.deepEqual(states().live, ['1.0']);
    catalogue.disown([one!.fileId]);
    assert.deepEqual(states().live, []);
    assert.throws(() => catalogue.disown([one!.fileId]), conflict);
  });

  it('gives segments in their order, and the runs of ids after them', () => {
    const files = stage(
      { kind: 'ids', first: 0, last: 2, revision: 0, file: 'run' },
      sealed(2),
      { ...sealed(0), kind: 'hashes' },
      { ...sealed(11), kind: 'active' },
      sealed(1),
    );
    publish(files);
    assert.deepEqual(states().live, ['0.0', '1.0', '2.0', '11.0', 'run']);
  });
});
