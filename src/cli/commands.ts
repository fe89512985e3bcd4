import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

type CreateCommand = (context: CliContext) => Command;

export interface CommandEntry {
  /** One line of the help: completes the sentence "This command will …". */
  readonly summary: string;
  readonly alias?: string;
  /** A command is loaded only when it runs: an export does not need a server, nor the memory it takes. */
  readonly load: () => Promise<CreateCommand>;
}

/** The commands in the order of the help. Their summaries are here, so that the help loads none of them. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: 'run a server',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  demo: {
    summary: 'record real requests, export and prove them, change a byte, see it found',
    load: async () => (await import('./demo/demo.ts')).demoCommand,
  },
  export: {
    summary: 'export a trail into files, oldest first, each event once',
    alias: 'download',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  sync: {
    summary: 'bring what is new in a trail into an Annals server or a directory, each event once',
    load: async () => (await import('./sync.ts')).syncCommand,
  },
  import: {
    summary: 'record the events of files: exports of ours, of tcloud, of AWS CloudTrail',
    load: async () => (await import('./import.ts')).importCommand,
  },
  events: {
    summary: 'list, show and count events',
    load: async () => (await import('./events.ts')).eventsCommand,
  },
  tail: {
    summary: 'print the last events, then new ones as they are recorded, until stopped',
    load: async () => (await import('./tail.ts')).tailCommand,
  },
  report: {
    summary: 'report failed authentications: who, from where, why, and whether one succeeded',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  erase: {
    summary: 'erase the personal fields in the events of a user, for ever',
    load: async () => (await import('./erase.ts')).eraseCommand,
  },
  verify: {
    summary: 'check exports offline, or a server against an earlier checkpoint',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  doctor: {
    summary: 'look for problems of a server and its machine: clock, disk, limits, keys, anchors',
    load: async () => (await import('./doctor/doctor.ts')).doctorCommand,
  },
  check: {
    summary: 'compare a data directory with its catalogue, and its sealed files with checksums',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  healthcheck: {
    summary: 'say whether the server on this machine is ready, for what watches containers',
    load: async () => (await import('./healthcheck.ts')).healthcheckCommand,
  },
  backup: {
    summary: 'back up a data directory while its server runs, or verify backups',
    load: async () => (await import('./backup.ts')).backupCommand,
  },
  restore: {
    summary: 'create a data directory from a backup',
    load: async () => (await import('./restore.ts')).restoreCommand,
  },
  orgs: {
    summary: 'list and create organisations, and change their quotas',
    alias: 'organisations',
    load: async () => (await import('./organisations.ts')).organisationsCommand,
  },
  keys: {
    summary: 'list, create and revoke API keys, and change their quotas',
    load: async () => (await import('./keys.ts')).keysCommand,
  },
  console: {
    summary: 'let people into the console by links, and list and end what they have',
    load: async () => (await import('./console.ts')).consoleCommand,
  },
  whoami: {
    summary: 'show the server, the API key in use, and what it may do',
    load: async () => (await import('./whoami.ts')).whoamiCommand,
  },
  context: {
    summary: 'save servers and keys, so that you need not type them again',
    load: async () => (await import('./saved-contexts.ts')).contextsCommand,
  },
  completion: {
    summary: 'print a script that completes commands, flags and values',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
};

/** The name of the command that a word stands for, by its name or its alias. */
export function commandNamed(word: string): string | undefined {
  if (Object.hasOwn(commands, word)) return word;
  return Object.entries(commands).find(([, { alias }]) => alias === word)?.[0];
}
