import { resolve } from 'node:path';
import type { YAMLError } from 'yaml';
import { AnnalsError } from '../core/errors.ts';
import { nodeDisk } from '../export/disk.ts';

/**
 * Reads a vendor's own configuration file: the one that `--config` names, or the one at its default path. The result is
 * undefined when nothing is at the default path. Throws `invalid` for a named file that does not exist, and for a text
 * that is not YAML.
 */
export async function readVendorConfig(
  named: string | undefined,
  defaultPath: string,
  cwd: string,
): Promise<unknown> {
  const path = resolve(cwd, named ?? defaultPath);
  const text = await nodeDisk.readText(path);
  if (text !== undefined) return parseYaml(text, path);
  if (named === undefined) return undefined;
  throw new AnnalsError('invalid', `Cannot read ${path}: there is no such file`);
}

/**
 * Every value is a text as it is written: a password of digits is not a number. Messages never repeat the file, because
 * it holds secrets, so they have the parser's code for the error in place of its message.
 */
async function parseYaml(text: string, path: string): Promise<unknown> {
  // Few commands read such a file, and the parser is larger than all of them.
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    customTags: ['null'],
    lineCounter,
    prettyErrors: false,
  });
  const [error] = [...document.errors, ...document.warnings] as YAMLError[];
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const reason = error.code.toLowerCase().replaceAll('_', ' ');
    throw new AnnalsError(
      'invalid',
      `Cannot read ${path}: line ${line}, column ${col} is not valid YAML (${reason})`,
    );
  }
  try {
    return document.toJS();
  } catch {
    // Its only causes: an alias without its anchor, or aliases that expand to far more than was written.
    throw new AnnalsError('invalid', `Cannot read ${path}: an alias (*name) cannot be resolved`);
  }
}
