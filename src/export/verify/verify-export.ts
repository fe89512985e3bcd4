import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Checkpoint } from '../../integrity/checkpoint.ts';
import { sameHash } from '../../integrity/hash.ts';
import { type Disk, systemErrorCode } from '../disk.ts';
import { type ManifestClaims, type ManifestFile, parseManifest } from '../manifest-schema.ts';
import { readEventFile } from '../read-event-file.ts';
import { describeEvent, EventCheck, type ExportedEvent, OrderCheck } from './event-check.ts';
import type { FoundExport } from './find-exports.ts';
import { type VerifyFinding, VerifyFindings } from './findings.ts';
import { ProofReader } from './proof-reader.ts';
import {
  checkSignatures,
  compareWithSaved,
  readCheckpoint,
  signerIds,
  type Trust,
} from './trust.ts';

export interface VerifyEnvironment {
  readonly disk: Disk;
  readonly signal: AbortSignal;
  /** Called from time to time with the file that is being read and the number of its events so far. */
  readonly onProgress: (file: string, events: number) => void;
}

/** The result for one export. The names of the members are those of `--json`. */
export interface ExportReport {
  readonly name: string;
  /** Everything was proved: nothing is wrong, and a trusted checkpoint says so. */
  readonly proved: boolean;
  readonly files: number;
  readonly events: number;
  readonly bytes: number;
  /** The checkpoint of the proof; absent without a proof that can be read. */
  readonly checkpoint?: Checkpoint;
  /** Names and ids of the trusted keys that signed it, with witnesses. */
  readonly signers: readonly string[];
  /** The sequences from the first event to the last, and whether none is left out between. */
  readonly span?: { readonly from: number; readonly to: number; readonly unbroken: boolean };
  readonly redacted: boolean;
  /** As the manifest says: the server had dropped the events before this sequence. */
  readonly keptFrom?: number;
  /** What the manifest says and no proof can show. A window that contradicts the files is a finding. */
  readonly claimed?: ExporterClaims;
  readonly findings: readonly VerifyFinding[];
  /** More than there are findings, when there were too many to keep. */
  readonly findingCount: number;
}

/** Only the exporter vouches for it: who exports may leave out, or ask for less than they say. */
interface ExporterClaims extends Pick<ManifestClaims, 'source' | 'window'> {
  /** As they were asked for. */
  readonly filters?: NonNullable<ManifestClaims['filters']>['asked'];
}

/** Verifies one export from its files alone. Memory does not grow with it. */
export async function verifyExport(
  found: FoundExport,
  trust: Trust,
  environment: VerifyEnvironment,
): Promise<ExportReport> {
  const findings = new VerifyFindings();
  const manifest = readFoundManifest(found, findings);
  const saved = savedCheckpointOf(trust);
  const proof = await openProof(found, manifest, saved?.checkpoint.size, findings);
  try {
    const checked = proof && checkProof(proof, trust, saved, findings);
    const order = new OrderCheck(findings);
    const events = proof && new EventCheck(proof, findings);
    let count = 0;
    let bytes = 0;
    const files: readonly FileToVerify[] = manifest?.files ?? found.files.map((name) => ({ name }));
    for (const file of files) {
      const read = await verifyFile(file, found, { order, events, findings, environment });
      count += read.events;
      bytes += read.bytes;
    }
    await events?.finish();
    if (manifest !== undefined) {
      checkTotals(manifest, count, proof, findings);
      checkWindows(manifest, findings);
    }
    return {
      name: found.name,
      proved: findings.count === 0,
      files: files.length,
      events: count,
      bytes,
      ...(checked && { checkpoint: checked.checkpoint }),
      signers: checked?.signers ?? [],
      ...(proof && { span: proof.span }),
      redacted: proof?.header.redacted ?? false,
      ...(manifest?.keptFrom !== undefined && { keptFrom: manifest.keptFrom }),
      ...(manifest && { claimed: claimsOf(manifest) }),
      findings: findings.all,
      findingCount: findings.count,
    };
  } finally {
    await proof?.close();
  }
}

interface SavedCheckpoint {
  readonly name: string;
  readonly message: string;
  readonly checkpoint: Checkpoint;
}

function savedCheckpointOf({ checkpoint: saved }: Trust): SavedCheckpoint | undefined {
  return saved && { ...saved, checkpoint: readCheckpoint(saved.message) };
}

function readFoundManifest({ name, manifest: text }: FoundExport, findings: VerifyFindings) {
  if (text === undefined) return undefined;
  try {
    const manifest = parseManifest(text);
    if (!manifest.complete || manifest.files.length !== manifest.filesExpected) {
      const reason = manifest.reason === undefined ? '' : ` (${manifest.reason})`;
      findings.add('manifest', `${name} says that the export is not complete${reason}`);
    }
    return manifest;
  } catch (error) {
    findings.add('manifest', `${name} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

async function openProof(
  found: FoundExport,
  manifest: ManifestClaims | undefined,
  earlier: number | undefined,
  findings: VerifyFindings,
): Promise<ProofReader | undefined> {
  const name = manifest?.proof?.name ?? found.proof;
  if (name === undefined) {
    findings.add('unproved', 'there is no proof: annals export --proof writes one');
    return undefined;
  }
  try {
    const proof = await ProofReader.open(join(found.directory, name), earlier);
    const claimed = manifest?.proof;
    if (claimed !== undefined && claimed.sha256 !== proof.sha256) {
      findings.add(
        'proof',
        `${name} is not the proof that the manifest describes${describeSizes(claimed.bytes, proof.bytes)}`,
        {
          file: name,
        },
      );
    }
    return proof;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      findings.add('unproved', `the proof ${name} is missing`, { file: name });
    } else if (error instanceof AnnalsError) {
      findings.add('proof', `${name}: ${error.message}`, { file: name });
    } else throw error;
    return undefined;
  }
}

/** Whether the proof leads to its checkpoint, and whether that one is to be trusted. */
function checkProof(
  { header, root, entries, earlierRoot }: ProofReader,
  trust: Trust,
  saved: SavedCheckpoint | undefined,
  findings: VerifyFindings,
): { checkpoint: Checkpoint; signers: readonly string[] } {
  const checkpoint = readCheckpoint(header.checkpoint);
  if (root instanceof AnnalsError) {
    findings.add('proof', `the proof does not lead to a root: ${root.message}`);
  } else if (!sameHash(root, checkpoint.root)) {
    findings.add(
      'proof',
      `the proof does not lead to its checkpoint of size ${checkpoint.size}: one of the two was changed`,
    );
  }
  if (entries !== header.entries) {
    findings.add('proof', `the proof has ${entries} events and says that it has ${header.entries}`);
  }
  const isSaved = saved !== undefined && compareWithSaved(checkpoint, saved, earlierRoot, findings);
  const opened = checkSignatures(
    header.checkpoint,
    'the checkpoint of the proof',
    trust,
    header.keys,
    isSaved && trust.keys.length === 0,
    findings,
  );
  return { checkpoint, signers: signerIds(opened) };
}

/** Without a manifest only the name of a file is known. */
type FileToVerify = Pick<ManifestFile, 'name'> & Partial<ManifestFile>;

interface FileChecks {
  readonly order: OrderCheck;
  readonly events: EventCheck | undefined;
  readonly findings: VerifyFindings;
  readonly environment: VerifyEnvironment;
}

async function verifyFile(
  file: FileToVerify,
  { directory }: FoundExport,
  { order, events, findings, environment }: FileChecks,
): Promise<{ events: number; bytes: number }> {
  const { name } = file;
  const path = join(directory, name);
  if ((await environment.disk.size(path)) === undefined) {
    const held = file.entries === undefined ? '' : `; it had ${file.entries} events`;
    findings.add('file', `the file ${name} is missing${held}`, { file: name });
    return { events: 0, bytes: 0 };
  }
  const hash = new HashedFile(environment.disk, path);
  let eventNumber = 0;
  let first: ExportedEvent | undefined;
  let last: ExportedEvent | undefined;
  try {
    for await (const { texts } of readEventFile(hash.chunks(), name)) {
      environment.signal.throwIfAborted();
      for (const text of texts) {
        eventNumber += 1;
        const event = events?.read(text, name, eventNumber);
        if (events === undefined || event === undefined) continue;
        first ??= event;
        last = event;
        order.check(event);
        checkWindow(event, file, findings);
        const waited = events.check(event);
        if (waited !== undefined) await waited;
      }
      environment.onProgress(name, eventNumber);
    }
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    const message = `${error.message}; event ${eventNumber} is the last one that could be read`;
    findings.add('file', message, { file: name, place: eventNumber });
  }
  const { bytes, sha256 } = await hash.finish();
  if (file.sha256 !== undefined && sha256 !== file.sha256) {
    const message = `the file ${name} is not the one that the manifest describes${describeSizes(file.bytes, bytes)}`;
    findings.add('file', message, { file: name });
  }
  checkCount(file, eventNumber, findings);
  checkEnds(file, first, last, findings);
  return { events: eventNumber, bytes };
}

/** `: it was cut, 812 of its 1024 bytes are there` */
function describeSizes(expected: number | undefined, actual: number): string {
  if (expected === undefined || expected === actual) return ': its bytes were changed';
  return actual < expected
    ? `: it was cut, ${actual} of its ${expected} bytes are there`
    : `: it has ${actual} bytes and had ${expected}`;
}

/** Compares the times as texts: both were written by `formatInstant`, so their order is the same. */
function checkWindow(
  event: ExportedEvent,
  { from, to }: FileToVerify,
  findings: VerifyFindings,
): void {
  const { createdAt } = event;
  if (createdAt === undefined || from === undefined || to === undefined) return;
  if (createdAt >= from && createdAt < to) return;
  const { file, eventNumber } = event;
  const message = `${describeEvent(event)}: its time ${createdAt} is outside of the range that the manifest gives for the file`;
  findings.add('manifest', message, { file, place: eventNumber });
}

function checkCount(
  { name, entries }: FileToVerify,
  count: number,
  findings: VerifyFindings,
): void {
  if (entries === undefined || entries === count) return;
  const message = `the file ${name} has ${count} events and the manifest says ${entries}`;
  findings.add('manifest', message, { file: name });
}

function checkEnds(
  file: FileToVerify,
  first: ExportedEvent | undefined,
  last: ExportedEvent | undefined,
  findings: VerifyFindings,
): void {
  const { name } = file;
  for (const [which, claimed, event] of [
    ['first', file.first, first],
    ['last', file.last, last],
  ] as const) {
    if (claimed === undefined || event === undefined) continue;
    if (claimed.id === event.eventID && claimed.at === event.createdAt) continue;
    const message = `the manifest says that ${claimed.id} is the ${which} event of ${name}, but it is ${event.eventID}`;
    findings.add('manifest', message, { file: name, place: event.eventNumber });
  }
}

function checkTotals(
  { entries, files }: ManifestClaims,
  count: number,
  proof: ProofReader | undefined,
  findings: VerifyFindings,
): void {
  const summed = files.reduce((sum, file) => sum + file.entries, 0);
  if (summed !== entries) {
    findings.add('manifest', `the manifest says ${entries} events, and ${summed} in its files`);
  }
  if (proof !== undefined && proof.entries !== entries) {
    const message = `the manifest says ${entries} events, the proof has ${proof.entries} and the files ${count}`;
    findings.add('manifest', message);
  }
}

function claimsOf({ source, window, filters }: ManifestClaims): ExporterClaims {
  return {
    ...(source && { source }),
    ...(window && { window }),
    ...(filters && { filters: filters.asked }),
  };
}

/** The files of an export, and its periods without a file, cover its window, one after the other. */
function checkWindows(
  { window, files, emptyPeriods = [], complete }: ManifestClaims,
  findings: VerifyFindings,
): void {
  if (window === undefined) return;
  let reached = window.from;
  const empty = new Map(emptyPeriods.map(({ from, to }) => [from, to]));
  const skipEmpty = () => {
    for (let to = empty.get(reached); to !== undefined; to = empty.get(reached)) {
      // Each at most once, whatever a forged manifest says.
      empty.delete(reached);
      reached = to;
    }
  };
  for (const { name, from, to } of files) {
    if (from === undefined || to === undefined) return;
    skipEmpty();
    if (from !== reached) {
      const message = `the manifest says that ${name} begins at ${from}, but the window before it ends at ${reached}`;
      findings.add('manifest', message, { file: name });
      return;
    }
    reached = to;
  }
  skipEmpty();
  if (reached === window.to || !complete) return;
  findings.add(
    'manifest',
    `the manifest says that the window ends at ${window.to}, but its files end at ${reached}`,
  );
}

/** A file whose bytes are counted and hashed as they are read. */
class HashedFile {
  readonly #disk: Disk;
  readonly #path: string;
  #hash = createHash('sha256');
  #bytes = 0;
  #isWhole = false;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#disk.read(this.#path)) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
    this.#isWhole = true;
  }

  /** Of the whole file; what was not read of it yet is read now. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    if (!this.#isWhole) {
      this.#hash = createHash('sha256');
      this.#bytes = 0;
      const chunks = this.chunks();
      while ((await chunks.next()).done !== true);
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
