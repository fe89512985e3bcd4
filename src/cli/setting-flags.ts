import type { Command, Option } from 'commander';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import {
  listSettings,
  readSettings,
  type SettingName,
  type Settings,
  settingFlag,
  settingNames,
  settingsSchema,
  settingVariable,
} from '../server/settings.ts';
import type { CliContext } from './cli-context.ts';
import { completionValues } from './completion-values.ts';
import { readSecretFile, secretOptions } from './secrets.ts';

export type SettingFlags = Partial<Record<SettingName, string>>;

/** Of each setting: the heading of the help under which its flag is, and what its value is called there. */
const flagHelp: Readonly<Record<SettingName, readonly [heading: string, value: string]>> = {
  data: ['Server:', 'directory'],
  host: ['Server:', 'address'],
  port: ['Server:', 'port'],
  tlsCert: ['Server:', 'file'],
  tlsKey: ['Server:', 'file'],
  tlsClientCa: ['Server:', 'file'],
  trustedProxy: ['Server:', 'address'],
  publicUrl: ['Server:', 'url'],
  metricsAddress: ['Server:', 'address'],
  logLevel: ['Server:', 'level'],
  logFormat: ['Server:', 'format'],
  operatorKey: ['Server:', 'key'],
  name: ['Checkpoints:', 'name'],
  signingKey: ['Checkpoints:', 'file'],
  checkpointSeconds: ['Checkpoints:', 'n'],
  anchor: ['Checkpoints:', 'target'],
  witness: ['Checkpoints:', 'key'],
  maxBodyBytes: ['Limits:', 'n'],
  maxBatchEvents: ['Limits:', 'n'],
  maxBodiesBytes: ['Limits:', 'n'],
  maxKeyBodiesBytes: ['Limits:', 'n'],
  maxKeyRequests: ['Limits:', 'n'],
  keyEventsPerSecond: ['Limits:', 'n'],
  organisationEventsPerSecond: ['Limits:', 'n'],
  keyBytesPerDay: ['Limits:', 'n'],
  organisationBytesPerDay: ['Limits:', 'n'],
  requestSeconds: ['Limits:', 'n'],
  exportSeconds: ['Limits:', 'n'],
  sessionIdleMinutes: ['Limits:', 'n'],
  sessionHours: ['Limits:', 'n'],
  console: ['Server:', 'rule'],
  dialects: ['Dialects:', 'list'],
  cockroachdbRequestsPerSecond: ['Dialects:', 'n'],
  cockroachdbStartingFrom: ['Dialects:', 'rule'],
  cockroachdbPayload: ['Dialects:', 'form'],
  retention: ['Store:', 'span'],
  unrecordedReads: ['Store:', 'rule'],
  maxClockJump: ['Store:', 'span'],
  acceptClock: ['Store:', 'day'],
  readers: ['Store:', 'n'],
  segmentEvents: ['Store:', 'n'],
  acceptLoss: ['Store:', 'database'],
};

/** Adds a flag for each setting of a server. The help shows those for which `isShown`. */
export function addSettingOptions(
  command: Command,
  isShown: (name: SettingName) => boolean = () => true,
): Command {
  const hide = (option: Option, name: SettingName) => (isShown(name) ? option : option.hideHelp());
  for (const name of settingNames) {
    const { description } = settingsSchema.shape[name];
    const [heading, value] = flagHelp[name];
    if (name === 'operatorKey') {
      const variables = `${settingVariable(name)}_FILE, ${settingVariable(name)}`;
      for (const option of secretOptions('--operator-key', `${description} (${variables})`)) {
        command.addOption(hide(option.helpGroup(heading), name));
      }
      continue;
    }
    const option = command
      .createOption(
        `--${settingFlag(name)} <${value}>`,
        `${description} (${settingVariable(name)}${defaultOf(name)})`,
      )
      .helpGroup(heading);
    if (listSettings.has(name)) option.argParser(commaJoined);
    const words = wordsOf(name);
    if (words !== undefined) completionValues.set(option, words);
    command.addOption(hide(option, name));
  }
  return command;
}

/** The settings, as `annals serve` reads them from its flags and the environment. Throws `invalid`. */
export async function settingsOf(flags: SettingFlags, context: CliContext): Promise<Settings> {
  const operatorKey = flags.operatorKey ?? (await operatorKeyOfFile(context));
  return readSettings({ ...flags, ...(operatorKey !== undefined && { operatorKey }) }, context.env);
}

/** The default in the help, if it is a single value. */
function defaultOf(name: SettingName): string {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return typeof data === 'string' || typeof data === 'number' ? `, default ${data}` : '';
}

/** The values of a setting that has only a few. */
function wordsOf(name: SettingName): readonly string[] | undefined {
  const schema: z.ZodType = settingsSchema.shape[name];
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

function commaJoined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

async function operatorKeyOfFile(context: CliContext): Promise<string | undefined> {
  const { ANNALS_OPERATOR_KEY_FILE: file = '', ANNALS_OPERATOR_KEY: key = '' } = context.env;
  if (file === '') return undefined;
  if (key === '') return readSecretFile(file, 'the operator’s key', context);
  throw new AnnalsError(
    'invalid',
    'Cannot start: ANNALS_OPERATOR_KEY and ANNALS_OPERATOR_KEY_FILE are both set',
  );
}
