import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

/**
 * Whether Prometheus takes the alerts, and whether each of them comes when it should: `promtool check rules` and
 * `promtool test rules`. And whether it can read the queries of the dashboard, which are checked as rules. Where promtool is not installed, it is unpacked from Debian's package into a temporary
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

interface Queries {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** A file of rules that are the queries of the dashboard, with values in place of its variables. */
function queriesAsRules(directory: string): string {
  const { panels, annotations } = JSON.parse(
    readFileSync(pathOf('deploy/grafana-dashboard.json'), 'utf8'),
  ) as Queries;
  const queries = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
  const rules = queries.map(({ expr }, index) => ({
    record: `query_${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }));
  const file = join(directory, 'queries.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
  return file;
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
    run(promtool, ['check', 'rules', queriesAsRules(directory)]),
    run(promtool, ['test', 'rules', tests]),
  ].every((each) => each);
  process.exitCode = isRight ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}
