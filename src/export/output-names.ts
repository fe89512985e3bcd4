import { basename, dirname, extname, resolve } from 'node:path';
import type { Period } from '../core/window.ts';
import type { Compression } from './sinks/block-writer.ts';
import type { OutputFile } from './stages.ts';

export const formatNames = ['json', 'ndjson', 'csv'] as const;
export type FormatName = (typeof formatNames)[number];

export const manifestSuffix = '.manifest.json';
export const proofSuffix = '.proof.ndjson';

const compressedExtensions: Readonly<Record<Compression, string>> = { gzip: '.gz', zstd: '.zst' };

/** Where the files of an export go. */
export interface OutputNames {
  readonly directory: string;
  readonly files: readonly OutputFile[];
  /** Name of the manifest, in the same directory. */
  readonly manifest: string;
  /** Name of the proof, in the same directory. */
  readonly proof: string;
}

export interface OutputNameOptions {
  readonly cwd: string;
  /** The value of `--output`; ends with a separator when it is a directory. */
  readonly output: string | undefined;
  readonly format: FormatName;
  readonly compress: Compression | undefined;
  readonly periods: readonly Period[];
  /** Name of the window as a whole. */
  readonly windowName: string;
  /** Whether the window is split, though perhaps into one period. */
  readonly split: boolean;
}

/**
 * Names the files: `audit-logs-2026-06-01.json`, or `dir/name-2026-06-01.json` with `--output dir/name.json`. Without a
 * split a name from `--output` is used as it is. The extension of a compressed file says so.
 */
export function nameOutputs(options: OutputNameOptions): OutputNames {
  const { cwd, output, periods, windowName, split } = options;
  const given = isFile(output) ? output : undefined;
  const { stem, extension } =
    given === undefined ? defaultName(options) : nameFromOutput(given, options);
  const named = given !== undefined && !split;
  const total = periods.length;
  const whole = given === undefined ? `${stem}-${windowName}` : stem;
  return {
    directory: outputDirectory(cwd, output),
    files: periods.map(({ name, ...window }, index) => ({
      index,
      total,
      window,
      name: named ? `${stem}${extension}` : `${stem}-${name}${extension}`,
    })),
    manifest: `${whole}${manifestSuffix}`,
    proof: `${whole}${proofSuffix}`,
  };
}

/** The directory of the files, for a value of `--output`. */
export function outputDirectory(cwd: string, output: string | undefined): string {
  return resolve(cwd, isFile(output) ? dirname(output) : (output ?? '.'));
}

const isFile = (output: string | undefined): output is string =>
  output !== undefined && !/[/\\]$/.test(output);

function defaultName({ format, compress }: OutputNameOptions): { stem: string; extension: string } {
  return { stem: 'audit-logs', extension: `.${format}${extensionOf(compress)}` };
}

function nameFromOutput(
  given: string,
  { compress }: OutputNameOptions,
): { stem: string; extension: string } {
  const packed = extensionOf(compress);
  const name = basename(given);
  const plain = packed !== '' && name.endsWith(packed) ? name.slice(0, -packed.length) : name;
  const extension = extname(plain);
  return { stem: plain.slice(0, plain.length - extension.length), extension: extension + packed };
}

function extensionOf(compress: Compression | undefined): string {
  return compress === undefined ? '' : compressedExtensions[compress];
}

/** The format and the compression that the extensions of a name stand for. */
export function formatFromName(output: string): {
  format?: FormatName;
  compress?: Compression;
} {
  const compress = (Object.keys(compressedExtensions) as Compression[]).find((each) =>
    output.endsWith(compressedExtensions[each]),
  );
  const plain =
    compress === undefined ? output : output.slice(0, -compressedExtensions[compress].length);
  const extension = extname(plain).slice(1);
  const format = extension === 'jsonl' ? 'ndjson' : formatNames.find((each) => each === extension);
  return { ...(format && { format }), ...(compress && { compress }) };
}
