import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { parse } from 'yaml';
import { systemClock } from '../../src/core/micros.ts';
import { authority, first as certificate } from '../../src/server/certificates.fixture.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { readSettings } from '../../src/server/settings.ts';
import { version } from '../../src/server/version.ts';

const read = (path: string) =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

interface Metric {
  readonly type: string;
  readonly help: string;
  /** Of its samples; a label that every metric gets from Prometheus is not among them. */
  readonly labels: ReadonlySet<string>;
}

function readMetrics(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric & { readonly labels: Set<string> }>();
  for (const [, name = '', help = '', type = ''] of text.matchAll(
    /^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm,
  )) {
    metrics.set(name, { type, help, labels: new Set() });
  }
  for (const [, sample = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    const metric = metrics.get(nameOf(sample, metrics))!;
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) metric.labels.add(label);
  }
  return metrics;
}

/** The metric of a sample: a histogram has three kinds of samples. */
function nameOf(sample: string, metrics: ReadonlyMap<string, Metric>): string {
  const histogram = sample.replace(/_(bucket|sum|count)$/, '');
  return metrics.get(histogram)?.type === 'histogram' ? histogram : sample;
}

/** The metrics of an expression, each with the labels by which it is selected. */
function metricsIn(expression: string): (readonly [name: string, labels: readonly string[]])[] {
  const words = expression
    .replace(/\$__rate_interval|\[[^\]]*\]/g, '')
    .replace(/\b(by|on|without|ignoring) \([^)]*\)/g, '')
    .matchAll(/\b([a-z]\w*)(?:\{([^}]*)\})?(?!\w*\s*\()/g);
  return [...words]
    .filter(([, word = '']) => !['and', 'or', 'unless'].includes(word))
    .map(([, name = '', matchers = '']) => [
      name,
      [...matchers.matchAll(/(\w+)=/g)].map(([, label = '']) => label),
    ]);
}

interface Alerts {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}
interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

describe('the metrics of a server', () => {
  let directory: string;
  let server: RunningServer;
  let metrics: Map<string, Metric>;
  const served = async () => (await fetch(server.metricsUrl!)).text();
  const warnings: { reason?: string; anchor?: string }[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-metrics-'));
    let warned = () => {};
    const hasWarned = new Promise<void>((resolve) => {
      warned = resolve;
    });
    const log = pino(
      { level: 'warn' },
      {
        write: (line: string) => {
          warnings.push(JSON.parse(line));
          warned();
        },
      },
    );
    const [tlsCert, tlsKey] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    await writeFile(tlsCert, certificate.cert);
    await writeFile(tlsKey, certificate.key, { mode: 0o600 });
    const settings = readSettings(
      {
        data: join(directory, 'data'),
        port: '0',
        readers: '1',
        tlsCert,
        tlsKey,
        metricsAddress: '0',
        anchor: `https://anchor.example/hook?token=secret,file:${join(directory, 'anchor')}`,
        // No checkpoint is due before the test is over.
        checkpointSeconds: '3600',
      },
      {},
    );
    server = await startServer(settings, {
      clock: systemClock,
      random: (bytes) => void randomFillSync(bytes),
      log,
      fetch: () => Promise.reject(new TypeError('nobody listens there')),
    });
    await hasWarned;
    // A metric with labels has samples once something was counted.
    const url = server.url.replace('127.0.0.1', 'localhost');
    const [response] = (await once(get(`${url}/healthz`, { ca: authority }), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    metrics = readMetrics(await served());
  });
  after(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  it('have every name and label that an alert uses', async () => {
    const { groups } = parse(await read('deploy/alerts.yaml')) as Alerts;
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
    assert.ok(expressions.length > 10);
    assertServed(expressions);
  });

  it('have every name and label that the dashboard uses', async () => {
    const { panels, annotations } = JSON.parse(
      await read('deploy/grafana-dashboard.json'),
    ) as Dashboard;
    const expressions = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
    assert.ok(expressions.length > 30);
    assertServed(expressions.map(({ expr }) => expr));
  });

  it('are all on the page about monitoring, with their types and meanings', async () => {
    const page = await read('docs/operate/monitoring.md');
    const rows = [...page.matchAll(/^\| `(annals_\w+)` \| (\w+) \| (.*) \|$/gm)];
    const ours = [...metrics].filter(([name]) => name.startsWith('annals_'));
    assert.deepEqual(
      rows.map(([, name, type, help]) => [name, type, help?.replaceAll('`', '')]).sort(),
      ours.map(([name, { type, help }]) => [name, type, help]).sort(),
    );
    for (const [, name = ''] of page.matchAll(/`((?:process|nodejs)_\w+)`/g)) {
      assert.ok(metrics.has(name), name);
    }
  });

  it('say what it is, how much room its disk has, and that it records', async () => {
    const text = await served();
    const valueOfSample = (sample: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.slice(sample.length),
      );
    const node = process.versions.node;
    assert.equal(valueOfSample(`annals_build_info{version="${version}",node="${node}"}`), 1);
    assert.equal(valueOfSample('annals_ready'), 1);
    assert.ok(valueOfSample('annals_disk_free_bytes') > 0);
    assert.ok(valueOfSample('annals_disk_free_bytes') < valueOfSample('annals_disk_size_bytes'));
    assert.ok(valueOfSample('annals_disk_free_inodes') > 0);
    assert.equal(valueOfSample('annals_segments{state="unsealed"}'), 1);
    assert.ok(valueOfSample('annals_segment_bytes{state="unsealed"}') > 0);
    assert.equal(valueOfSample('annals_quota_refusals_total{owner="key",unit="events"}'), 0);
    assert.ok(
      valueOfSample('annals_last_checkpoint_timestamp_seconds') > systemClock() / 1e6 - 600,
    );
  });

  it('and its log say at the start which anchors take checkpoints, without their secrets', () => {
    const [first] = warnings;
    assert.equal(first?.anchor, 'https://anchor.example');
    assert.match(first.reason ?? '', /nobody listens there/);
    assert.ok(!JSON.stringify(warnings).includes('secret'));
    assert.ok(metrics.get('annals_anchor_waiting_checkpoints')?.labels.has('anchor'));
  });

  /** Whether an expression is about what the server has; `up` is Prometheus's own. */
  function assertServed(expressions: readonly string[]): void {
    for (const expression of expressions) {
      const used = metricsIn(expression);
      assert.ok(used.length > 0, expression);
      for (const [sample, labels] of used) {
        if (sample === 'up') continue;
        const metric = metrics.get(nameOf(sample, metrics));
        assert.ok(metric !== undefined, `there is no ${sample}: ${expression}`);
        // A metric without samples does not show its labels.
        if (metric.labels.size === 0) continue;
        for (const label of labels) {
          const known: boolean =
            ['job', 'instance', 'le'].includes(label) || metric.labels.has(label);
          assert.ok(known, `${sample} has no label ${label}: ${expression}`);
        }
      }
    }
  }
});
