import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { processMetrics } from './process-metrics.ts';

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type LabelledValues<L extends string> = Iterable<
  readonly [labels: Readonly<Record<L, string>>, value: number]
>;

/** What a server counts about itself, in the Prometheus text format. */
export class Metrics {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #own = new Registry();
  readonly #all = [this.#own];

  readonly requests = this.#counter(
    'annals_http_requests_total',
    'Responses, by method and status.',
    ['method', 'status'],
  );
  readonly requestSeconds = new Histogram({
    name: 'annals_http_request_duration_seconds',
    help: 'Time until the head of the response.',
    buckets: durationBuckets,
    registers: [this.#own],
  });
  readonly recordedEvents = this.#counter(
    'annals_events_recorded_total',
    'Events added through the API.',
  );
  readonly duplicateEvents = this.#counter(
    'annals_events_duplicate_total',
    'Drafts that were in the log already.',
  );
  readonly droppedEvents = this.#counter(
    'annals_events_dropped_total',
    'Events dropped because their retention was over.',
  );
  readonly rejectedCredentials = this.#counter(
    'annals_credentials_refused_total',
    'Requests without a valid credential or permission.',
  );
  readonly refusedByQuota = this.#counter(
    'annals_quota_refusals_total',
    'Requests refused because a quota is used up, by its owner (key or organisation) and unit (events or bytes).',
    ['owner', 'unit'],
  );
  readonly failedHandshakes = this.#counter(
    'annals_tls_handshakes_failed_total',
    'Connections that ended before TLS was agreed on.',
  );
  readonly lostOwnRecords = this.#counter(
    'annals_own_records_lost_total',
    'Records of our own that could not be recorded; any is a reason to look.',
  );
  readonly issuedCheckpoints = this.#counter(
    'annals_checkpoints_issued_total',
    'Checkpoints signed.',
  );
  readonly failedCheckpoints = this.#counter(
    'annals_checkpoints_refused_total',
    'Times a log could not be signed; any is a reason to look.',
  );
  readonly anchoredCheckpoints = this.#counter(
    'annals_anchored_checkpoints_total',
    'Checkpoints that an anchor has taken, by anchor.',
    ['anchor'],
  );
  readonly anchorFailures = this.#counter(
    'annals_anchor_failures_total',
    'Attempts to anchor a checkpoint that failed, by anchor.',
    ['anchor'],
  );

  readonly lastCheckpoint = new Gauge({
    name: 'annals_last_checkpoint_timestamp_seconds',
    help: 'When the last checkpoint was signed; 0 if none was since the start.',
    registers: [this.#own],
  });
  readonly lastAnchored = new Gauge({
    name: 'annals_last_anchored_timestamp_seconds',
    help: 'When an anchor took the last checkpoint, by anchor; 0 if it took none since the start.',
    labelNames: ['anchor'],
    registers: [this.#own],
  });

  constructor() {
    // An alert on an increase misses the first one where there was no 0 before it.
    for (const owner of ['key', 'organisation']) {
      for (const unit of ['events', 'bytes']) this.refusedByQuota.inc({ owner, unit }, 0);
    }
  }

  /** Begins the metrics of an anchor at 0. */
  addAnchor(anchor: string): void {
    this.anchoredCheckpoints.inc({ anchor }, 0);
    this.anchorFailures.inc({ anchor }, 0);
    this.lastAnchored.set({ anchor }, 0);
  }

  /** Adds a value that is read at each request for the metrics. */
  addGauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#own],
      async collect() {
        this.set(await read());
      },
    });
  }

  /**
   * Adds values of one name, which differ in these labels. All of them are read at each request for the metrics, and
   * those of the same labels are added up.
   */
  addGauges<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => LabelledValues<L> | Promise<LabelledValues<L>>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#own],
      async collect() {
        const values = await read();
        this.reset();
        for (const [labels, value] of values) this.inc(labels, value);
      },
    });
  }

  /** Adds the metrics of the process, from now on. */
  addProcess(): void {
    this.#all.push(processMetrics());
  }

  text(): Promise<string> {
    return Registry.merge(this.#all).metrics();
  }

  #counter<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#own] });
  }
}
