import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { fileProblem } from './file-problem.ts';
import { complain } from './terminal-text.ts';

/** Flags with a secret, and what it is. Of each there is one with a file in its place: `--token-file` for `--token`. */
const secrets = {
  token: 'the API key',
  toToken: 'the API key',
  accessToken: 'the access token',
  clientSecret: 'the client secret',
  password: 'the password',
  operatorKey: 'the operator’s key',
} as const;

export type SecretFlag = keyof typeof secrets;

export function isSecretFlag(name: string): name is SecretFlag {
  return Object.hasOwn(secrets, name);
}

/**
 * The two options for a secret. The help does not show the one that takes it in the clear: every user of a machine sees
 * the arguments of its processes.
 *
 * @param flag `--token`
 * @param description of what the file has, such as `the API key (ANNALS_KEY)`
 */
export function secretOptions(flag: string, description: string): readonly [Option, Option] {
  return [
    new Option(`${flag}-file <file>`, `a file with ${description}; - is stdin`),
    new Option(`${flag} <secret>`).hideHelp(),
  ];
}

/**
 * Reads the files that a command line names in place of secrets, so that the command finds the secrets themselves. Warns
 * of each that is on the command line.
 */
export async function readSecretFlags(command: Command, context: CliContext): Promise<void> {
  const flags = command.opts<Readonly<Record<string, string | undefined>>>();
  let ofStdin: string | undefined;
  for (const [name, what] of Object.entries(secrets)) {
    const file = flags[`${name}File`];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (flags[name] !== undefined) {
      if (file !== undefined) {
        throw new AnnalsError('invalid', `Cannot use both ${flag} and ${flag}-file: give one`);
      }
      complain(context, `every user of this machine can see ${flag}: use ${flag}-file`);
    }
    if (file === undefined) continue;
    if (file === '-') {
      if (ofStdin !== undefined || command.args.includes('-')) {
        throw new AnnalsError('invalid', `Cannot read ${what}: stdin is read for something else`);
      }
      ofStdin = name;
    }
    command.setOptionValueWithSource(name, await readSecretFile(file, what, context), 'file');
  }
}

/** Longer than any secret: such a file is something else. */
const maxBytes = 64 * 1024;

/**
 * The secret in a file, without white space around it; `-` is stdin. Warns when every user can read the file. Throws
 * `invalid`, without anything of the content.
 *
 * @param what completes the sentence "Cannot read …"
 */
export async function readSecretFile(
  file: string,
  what: string,
  context: Pick<CliContext, 'stdin' | 'stderr' | 'env' | 'cwd'>,
): Promise<string> {
  const fail = (reason: string, cause?: unknown) =>
    new AnnalsError('invalid', `Cannot read ${what}: ${reason}`, { cause });
  const { stdin, cwd } = context;
  let content: string;
  if (file === '-') content = await text(stdin);
  else {
    try {
      await using opened = await open(resolve(cwd, file));
      const { mode, size } = await opened.stat();
      if (size > maxBytes) throw fail(`${file} has more than ${maxBytes} bytes`);
      if ((mode & 0o004) !== 0) {
        complain(context, `every user of this machine can read ${file}: chmod 600 ${file}`);
      }
      content = await opened.readFile('utf8');
    } catch (error) {
      if (error instanceof AnnalsError) throw error;
      throw fail(`${file}: ${fileProblem(error)}`, error);
    }
  }
  const secret = content.trim();
  if (secret === '') throw fail(`${file === '-' ? 'stdin' : file} is empty`);
  return secret;
}
