import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/**
 * Whether Prometheus takes the alerts, and whether each of them comes when it should: `promtool check rules` and
 * `promtool test rules`. Where promtool is not installed, it is unpacked from Debian's package into a temporary
 * directory: to install the package would start a server.
 */

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const [alerts, tests] = [pathOf('deploy/alerts.yaml'), pathOf('test/prometheus/alerts.test.yaml')];

function run(program: string, args: readonly string[], cwd?: string): boolean {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd });
  return error === undefined && status === 0;
}

function unpackPromtool(directory: string): string {
  const download = () => run('apt-get', ['--quiet', 'download', 'prometheus'], directory);
  if (!download() && !(run('apt-get', ['--quiet', 'update']) && download())) {
    throw new Error('There is no promtool, and Debian’s package prometheus cannot be downloaded');
  }
  const [file] = globSync('prometheus_*.deb', { cwd: directory });
  if (file === undefined || !run('dpkg-deb', ['--extract', file, '.'], directory)) {
    throw new Error('The package prometheus cannot be unpacked');
  }
  return join(directory, 'usr/bin/promtool');
}

interface AlertRules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

/** An alert that no test expects may never come. */
function untestedAlerts(): string[] {
  const { groups } = parse(readFileSync(alerts, 'utf8')) as AlertRules;
  const text = readFileSync(tests, 'utf8');
  return groups
    .flatMap(({ rules }) => rules.map(({ alert }) => alert))
    .filter((alert) => !text.includes(`"${alert}"`) && !text.includes(`alertname: ${alert}\n`));
}

const directory = mkdtempSync(join(tmpdir(), 'annals-promtool-'));
try {
  const isInstalled = spawnSync('promtool', ['--version']).status === 0;
  const promtool = isInstalled ? 'promtool' : unpackPromtool(directory);
  const untested = untestedAlerts();
  if (untested.length > 0) console.error(`No test expects ${untested.join(', ')}`);
  const isRight = [
    untested.length === 0,
    run(promtool, ['check', 'rules', alerts]),
    run(promtool, ['test', 'rules', tests]),
  ].every((each) => each);
  process.exitCode = isRight ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}
