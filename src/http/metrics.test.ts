import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metrics } from './metrics.ts';

/** Each name with its type. */
const typesIn = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );

describe('metrics', () => {
  it('have the names, types and labels that dashboards and alerts go by', async () => {
    const metrics = new Metrics();
    metrics.addGauge('annals_waiting_events', 'Accepted and not yet on the disk.', () => 7);
    const values: [{ anchor: string }, number][] = [
      [{ anchor: 'a' }, 2],
      [{ anchor: 'b' }, 4],
      [{ anchor: 'a' }, 1],
    ];
    metrics.addGauges('annals_waiting_checkpoints', 'Of anchors.', ['anchor'], () =>
      values.splice(0),
    );
    metrics.requests.inc({ method: 'GET', status: 200 });
    metrics.requestSeconds.observe(0.003);
    metrics.recordedEvents.inc(3);
    metrics.anchorFailures.inc({ anchor: 'file:a' });
    const text = await metrics.text();
    assert.deepEqual(typesIn(text), {
      annals_http_requests_total: 'counter',
      annals_http_request_duration_seconds: 'histogram',
      annals_events_recorded_total: 'counter',
      annals_events_duplicate_total: 'counter',
      annals_events_dropped_total: 'counter',
      annals_credentials_refused_total: 'counter',
      annals_quota_refusals_total: 'counter',
      annals_tls_handshakes_failed_total: 'counter',
      annals_own_records_lost_total: 'counter',
      annals_checkpoints_issued_total: 'counter',
      annals_checkpoints_refused_total: 'counter',
      annals_anchored_checkpoints_total: 'counter',
      annals_anchor_failures_total: 'counter',
      annals_last_checkpoint_timestamp_seconds: 'gauge',
      annals_last_anchored_timestamp_seconds: 'gauge',
      annals_waiting_events: 'gauge',
      annals_waiting_checkpoints: 'gauge',
    });
    for (const line of [
      'annals_http_requests_total{method="GET",status="200"} 1',
      'annals_http_request_duration_seconds_bucket{le="0.0025"} 0',
      'annals_http_request_duration_seconds_bucket{le="0.005"} 1',
      'annals_http_request_duration_seconds_bucket{le="+Inf"} 1',
      'annals_http_request_duration_seconds_sum 0.003',
      'annals_http_request_duration_seconds_count 1',
      'annals_events_recorded_total 3',
      'annals_events_duplicate_total 0',
      'annals_anchor_failures_total{anchor="file:a"} 1',
      'annals_waiting_events 7',
      'annals_waiting_checkpoints{anchor="a"} 3',
      'annals_waiting_checkpoints{anchor="b"} 4',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
    // What is no longer there has no series.
    assert.doesNotMatch(await metrics.text(), /annals_waiting_checkpoints{/);
  });

  it('of two servers are apart, and those of the process in both', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.addProcess();
    other.addProcess();
    one.recordedEvents.inc();
    assert.match(await one.text(), /^annals_events_recorded_total 1$/m);
    assert.match(await other.text(), /^annals_events_recorded_total 0$/m);
    for (const metrics of [one, other]) {
      const types = typesIn(await metrics.text());
      assert.equal(types.process_resident_memory_bytes, 'gauge');
      assert.equal(types.process_cpu_seconds_total, 'counter');
      assert.equal(types.nodejs_eventloop_lag_p99_seconds, 'gauge');
      assert.equal(types.nodejs_gc_duration_seconds, 'histogram');
    }
  });

  it('tell how long the event loop was blocked since they were last requested', async () => {
    const metrics = new Metrics();
    metrics.addProcess();
    const longest = async () =>
      Number(/^nodejs_eventloop_lag_max_seconds (.*)$/m.exec(await metrics.text())?.[1]);
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    await turn();
    await longest();
    const begun = performance.now();
    while (performance.now() - begun < 300);
    await turn();
    await turn();
    assert.ok((await longest()) >= 0.3);
    assert.ok((await longest()) < 0.3);
  });
});
