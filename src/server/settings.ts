import { z } from 'zod';
import { isHardToGuess, parseKey } from '../access/key.ts';
import { AnnalsError, type Issue, messageOf } from '../core/errors.ts';
import { maxRequestBytes, maxRequestEvents } from '../core/event.ts';
import { day, parseDay } from '../core/micros.ts';
import { parseSince } from '../core/window.ts';
import { proxyProblem } from '../http/trusted-proxies.ts';
import { isKeyName, parseVerifierKey, type VerifierKey } from '../integrity/keys.ts';
import { anchorProblem } from './anchors.ts';
import { type DialectAddresses, parseDialects } from './dialect-addresses.ts';

const wholeNumber = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine(
      (value) => value >= lowest && value <= highest,
      `must be a whole number from ${lowest} to ${highest}`,
    );

const quota = wholeNumber(0, 999_999_999_999).prefault('0');

/** Settings that may be given several times, or separated by commas. */
export const listSettings: ReadonlySet<string> = new Set([
  'trustedProxy',
  'publicUrl',
  'anchor',
  'witness',
  'acceptLoss',
]);

const commaSeparated = z
  .string()
  .prefault('')
  .transform((text) => text.split(',').filter((item) => item !== ''));

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A port, or a host and a port; an IPv6 address is in brackets. */
const addressPattern = /^(?:(\[[\da-fA-F:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/;

/** So a slip, such as `m` for months, drops nothing. */
const minRetention = day;

const file = z.string().min(1, 'must name a file').exactOptional();

const fields = z.object({
  data: z
    .string()
    .min(1, 'must name a directory')
    .default('./annals-data')
    .describe('the data directory'),
  host: z
    .string()
    .min(1, 'must name an address')
    .default('127.0.0.1')
    .describe('the address to listen on'),
  port: wholeNumber(0, 65_535).prefault('8420').describe('the port to listen on; 0 for a free one'),
  tlsCert: file.describe('the certificate (PEM) with its chain: the server speaks TLS'),
  tlsKey: file.describe('the private key (PEM) of the certificate'),
  tlsClientCa: file.describe('authorities (PEM): clients must have a certificate of one of them'),
  trustedProxy: commaSeparated
    .superRefine((proxies, context) => {
      for (const proxy of proxies) {
        const problem = proxyProblem(proxy);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      }
    })
    .describe('an address or range of proxies whose X-Forwarded-For counts; may be repeated'),
  metricsAddress: z
    .string()
    .transform((text, context): ListenAddress => {
      const [, host = '127.0.0.1', port = ''] = addressPattern.exec(text) ?? [];
      if (port !== '' && Number(port) <= 65_535) {
        return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
      }
      context.addIssue({
        code: 'custom',
        message: 'must be a port, or an address with one, such as 127.0.0.1:9464',
      });
      return z.NEVER;
    })
    .exactOptional()
    .describe('where to serve /metrics instead, such as 127.0.0.1:9464'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      message: 'must be one of trace, debug, info, warn, error, silent',
    })
    .default('info')
    .describe('trace, debug, info, warn, error or silent'),
  logFormat: z
    .enum(['auto', 'json', 'text'], { message: 'must be auto, json or text' })
    .default('auto')
    .describe('json, text for people, or auto: text on a terminal and json elsewhere'),
  operatorKey: z
    .string()
    .refine((text) => {
      const key = parseKey(text);
      return key !== undefined && isHardToGuess(key);
    }, 'must look like annals_<id>_<secret>, the secret 43 or more random letters and digits, such as the output of openssl rand -hex 32')
    .exactOptional()
    .describe('the operator’s key; without it the first start creates one'),
  name: z
    .string()
    .refine(isKeyName, 'must have no spaces and no plus sign')
    .default('annals')
    .describe('the server’s name in its checkpoints, best its public host name'),
  signingKey: file.describe(
    'the key (PEM) that signs checkpoints; by default one in the data directory',
  ),
  checkpointSeconds: wholeNumber(1, 3_600)
    .prefault('5')
    .describe('seconds between two checkpoints of a log that grows'),
  anchor: commaSeparated
    .superRefine((anchors, context) => {
      for (const anchor of anchors) {
        const problem = anchorProblem(anchor);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      }
    })
    .describe('where to copy checkpoints to, file:PATH or https:URL; may be repeated'),
  witness: commaSeparated
    .transform((texts, context) => {
      try {
        return texts.map(parseWitnessKey);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot be used: ${messageOf(error)}` });
        return z.NEVER;
      }
    })
    .describe('the verifier key of a witness whose cosignatures are kept; may be repeated'),
  maxBodyBytes: wholeNumber(1_024, 1_073_741_824)
    .prefault(String(maxRequestBytes))
    .describe('the largest body of a request that records, in bytes'),
  maxBatchEvents: wholeNumber(1, 1_000_000)
    .prefault(String(maxRequestEvents))
    .describe('the most events in one request'),
  maxBodiesBytes: wholeNumber(1_048_576, 100_000_000_000)
    .prefault(String(256 * 1024 * 1024))
    .describe('the bytes that bodies of all requests may have at a time'),
  maxKeyBodiesBytes: wholeNumber(1_024, 100_000_000_000)
    .prefault(String(64 * 1024 * 1024))
    .describe('the bytes that bodies of one key’s requests may have at a time'),
  maxKeyRequests: wholeNumber(1, 10_000)
    .prefault('256')
    .describe('the requests that one key may have at a time'),
  keyEventsPerSecond: quota.describe('events that a key may record a second; 0 for any number'),
  organisationEventsPerSecond: quota.describe(
    'events that an organisation may record a second; 0 for any number',
  ),
  keyBytesPerDay: quota.describe('bytes that a key may record a day; 0 for any number'),
  organisationBytesPerDay: quota.describe(
    'bytes that an organisation may record a day; 0 for any number',
  ),
  requestSeconds: wholeNumber(1, 86_400)
    .prefault('120')
    .describe('seconds within which a request must have arrived'),
  exportSeconds: wholeNumber(1, 604_800)
    .prefault('86400')
    .describe('seconds after which an export is cut off'),
  publicUrl: commaSeparated
    .transform((urls, context) =>
      urls.map((url) => {
        const problem = publicUrlProblem(url);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
        return problem === undefined ? new URL(url).origin : url;
      }),
    )
    .describe('where browsers reach the server, such as https://audit.example; may be repeated'),
  sessionIdleMinutes: wholeNumber(1, 1_440)
    .prefault('30')
    .describe('minutes without a request after which a browser is signed out'),
  sessionHours: wholeNumber(1, 720)
    .prefault('12')
    .describe('hours after which a browser has to sign in again'),
  console: z
    .enum(['on', 'off'], { message: 'must be on or off' })
    .default('on')
    .describe('whether the console is served, at /console and /reference: on or off'),
  dialects: z
    .string()
    .prefault('thalassa,upcloud,cockroachdb')
    .transform((text, context): DialectAddresses => {
      try {
        return parseDialects(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot be read: ${messageOf(error)}` });
        return z.NEVER;
      }
    })
    .describe('the dialects to serve: names, each alone or with =host or =/prefix of its own'),
  cockroachdbRequestsPerSecond: wholeNumber(0, 1_000_000)
    .prefault('10')
    .describe('requests a second of each key in CockroachDB’s dialect; 0 for any number'),
  cockroachdbStartingFrom: z
    .enum(['inclusive', 'exclusive'], { message: 'must be inclusive or exclusive' })
    .default('inclusive')
    .describe('whether CockroachDB’s starting_from is inclusive or exclusive'),
  cockroachdbPayload: z
    .enum(['version', 'text', 'object'], { message: 'must be version, text or object' })
    .default('version')
    .describe('CockroachDB’s payload: text, object, or by version, which is that of Cc-Version'),
  retention: z
    .string()
    .transform((text, context) => {
      try {
        const micros = parseSince(text);
        if (micros >= minRetention) return micros;
        context.addIssue({ code: 'custom', message: 'must be a day or more, such as 400d or 1y' });
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot be used: ${messageOf(error)}` });
      }
      return z.NEVER;
    })
    .exactOptional()
    .describe('how long events are kept, such as 400d or 1y; for ever without it'),
  unrecordedReads: z
    .enum(['refuse', 'serve'], { message: 'must be refuse or serve' })
    .default('refuse')
    .describe('whether the trail may be read while reads cannot be recorded: refuse or serve'),
  maxClockJump: z
    .string()
    .prefault('1d')
    .transform((text, context) => {
      try {
        return parseSince(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot be used: ${messageOf(error)}` });
        return z.NEVER;
      }
    })
    .describe('how far the clock may go ahead at once; beyond that nothing is recorded'),
  acceptClock: z
    .string()
    .transform((text, context) => {
      const midnight = parseDay(text);
      if (midnight !== undefined) return midnight + day;
      context.addIssue({ code: 'custom', message: 'must be a day such as 2026-06-01' });
      return z.NEVER;
    })
    .exactOptional()
    .describe('take the clock as right up to this day, as the error at start names it'),
  readers: wholeNumber(1, 64).prefault('2').describe('threads that read events'),
  segmentEvents: wholeNumber(1_000, 1_000_000)
    .prefault('65536')
    .describe('events of a segment before it is sealed; fewer need less memory'),
  acceptLoss: commaSeparated.describe(
    'start without a lost database, named as in the error at start; may be repeated',
  ),
});

/** Every setting of the server: its flag, its variable, its meaning, its check. */
export const settingsSchema = fields.superRefine((settings, context) => {
  const { tlsCert, tlsKey, tlsClientCa } = settings;
  const need = (path: SettingName, needed: SettingName) =>
    context.addIssue({
      code: 'custom',
      path: [path],
      message: `needs --${settingFlag(needed)} (${settingVariable(needed)}) as well`,
    });
  if (tlsCert !== undefined && tlsKey === undefined) need('tlsCert', 'tlsKey');
  if (tlsKey !== undefined && tlsCert === undefined) need('tlsKey', 'tlsCert');
  if (tlsClientCa !== undefined && tlsCert === undefined) need('tlsClientCa', 'tlsCert');
});

/** What is wrong with an address of the server, which has nothing behind its host and port. */
function publicUrlProblem(text: string): string | undefined {
  const example = 'must be like https://audit.example';
  if (!URL.canParse(text)) return example;
  const { protocol, origin, hostname, href } = new URL(text);
  if (protocol === 'http:' && hostname !== 'localhost') return 'must be https, or http://localhost';
  return /^https?:$/.test(protocol) && href === `${origin}/` ? undefined : example;
}

/** Throws `invalid` for a text that is not a verifier key of a witness. */
function parseWitnessKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (key.type === 'cosignature') return key;
  throw new AnnalsError('invalid', `${key.name}+${key.id} is the key of a log, not of a witness`);
}

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof typeof fields.shape;

/** They must not be in a message; the address of an anchor may have a token in it. */
const secretSettings: ReadonlySet<SettingName> = new Set<SettingName>(['operatorKey', 'anchor']);

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[];

/** `max-body-bytes` for `maxBodyBytes`. */
export function settingFlag(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `ANNALS_MAX_BODY_BYTES` for `maxBodyBytes`. */
export function settingVariable(name: SettingName): string {
  return `ANNALS_${settingFlag(name).replaceAll('-', '_').toUpperCase()}`;
}

/**
 * Settings from flags, then the environment, then the defaults. Throws `invalid` with a sentence that names the flag or
 * variable; a value that may be secret is never in it.
 */
export function readSettings(
  flags: Partial<Record<SettingName, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const given: Record<string, string> = {};
  for (const name of settingNames) {
    const value = flags[name] ?? (env[settingVariable(name)] || undefined);
    if (value !== undefined) given[name] = value;
  }
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue): Issue => {
    const name = issue.path[0] as SettingName;
    const source = flags[name] === undefined ? settingVariable(name) : `--${settingFlag(name)}`;
    const shown = secretSettings.has(name) ? '' : ` ${JSON.stringify(given[name])}`;
    return { field: source, message: `${source}${shown} ${issue.message}` };
  });
  throw new AnnalsError(
    'invalid',
    `Cannot start: ${issues.map(({ message }) => message).join('; ')}`,
    { issues },
  );
}
