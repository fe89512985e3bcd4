/** A number that only grows, by label. */
class Counter {
  readonly name: string;
  readonly help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(amount = 1, labels: Record<string, string> = {}): void {
    const key = Object.entries(labels)
      .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
      .join(',');
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  *lines(): Generator<string> {
    yield `# HELP ${this.name} ${this.help}`;
    yield `# TYPE ${this.name} counter`;
    if (this.#values.size === 0) yield `${this.name} 0`;
    for (const [labels, value] of this.#values) {
      yield labels === '' ? `${this.name} ${value}` : `${this.name}{${labels}} ${value}`;
    }
  }
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Seconds in buckets, cumulative as Prometheus wants them. */
class Histogram {
  readonly name: string;
  readonly help: string;
  readonly #counts = new Array<number>(durationBuckets.length + 1).fill(0);
  #sum = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  observe(seconds: number): void {
    const bucket = durationBuckets.findIndex((bound) => seconds <= bound);
    const place = bucket < 0 ? durationBuckets.length : bucket;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += seconds;
  }

  *lines(): Generator<string> {
    yield `# HELP ${this.name} ${this.help}`;
    yield `# TYPE ${this.name} histogram`;
    let total = 0;
    for (const [place, count] of this.#counts.entries()) {
      total += count;
      yield `${this.name}_bucket{le="${durationBuckets[place] ?? '+Inf'}"} ${total}`;
    }
    yield `${this.name}_sum ${this.#sum}`;
    yield `${this.name}_count ${total}`;
  }
}

/** What the server counts about itself, in the Prometheus text format (version 0.0.4). */
export class Metrics {
  readonly requests = new Counter('annals_http_requests_total', 'Answers by method and status.');
  readonly requestSeconds = new Histogram(
    'annals_http_request_duration_seconds',
    'Time until the head of the answer.',
  );
  readonly recordedEvents = new Counter(
    'annals_events_recorded_total',
    'Events added through the API.',
  );
  readonly duplicateEvents = new Counter(
    'annals_events_duplicate_total',
    'Drafts that were in the log already.',
  );
  readonly droppedEvents = new Counter(
    'annals_events_dropped_total',
    'Events dropped because their retention was over.',
  );
  readonly rejectedCredentials = new Counter(
    'annals_credentials_refused_total',
    'Requests without a valid credential or permission.',
  );

  readonly issuedCheckpoints = new Counter(
    'annals_checkpoints_issued_total',
    'Checkpoints signed.',
  );
  readonly failedCheckpoints = new Counter(
    'annals_checkpoints_refused_total',
    'Times a log could not be signed; any is a reason to look.',
  );
  readonly anchoredCheckpoints = new Counter(
    'annals_anchored_checkpoints_total',
    'Checkpoints that an anchor has taken.',
  );
  readonly anchorFailures = new Counter(
    'annals_anchor_failures_total',
    'Attempts to anchor a checkpoint that failed.',
  );

  /** @param gauges values read at this moment, by name and what they mean */
  text(gauges: Record<string, { help: string; value: number }>): string {
    const lines = [
      ...this.requests.lines(),
      ...this.requestSeconds.lines(),
      ...this.recordedEvents.lines(),
      ...this.duplicateEvents.lines(),
      ...this.droppedEvents.lines(),
      ...this.rejectedCredentials.lines(),
      ...this.issuedCheckpoints.lines(),
      ...this.failedCheckpoints.lines(),
      ...this.anchoredCheckpoints.lines(),
      ...this.anchorFailures.lines(),
    ];
    for (const [name, { help, value }] of Object.entries(gauges)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
