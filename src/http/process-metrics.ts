import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * Memory, CPU time, event loop and garbage collection of this process, by the names that dashboards for Node know. What
 * observes them cannot be stopped, so all servers in a process share it; it begins with the first of them.
 */
export function processMetrics(): Registry {
  registry ??= createProcessMetrics();
  return registry;
}

/** Longer than a process lives, in milliseconds. */
const never = 2 ** 31 - 1;

function createProcessMetrics(): Registry {
  const created = new Registry();
  collectDefaultMetrics({ register: created, eventLoopMonitoringPrecision: never });
  replaceEventLoopLag(created);
  return created;
}

const lagValues: Readonly<Record<string, (lag: ELDHistogram) => number>> = {
  min: (lag) => lag.min,
  max: (lag) => lag.max,
  mean: (lag) => lag.mean,
  stddev: (lag) => lag.stddev,
  p50: (lag) => lag.percentile(50),
  p90: (lag) => lag.percentile(90),
  p99: (lag) => lag.percentile(99),
};

/**
 * The library measures the lag by a timer. That wakes an idle server 100 times a second, which takes 0.5 % of a core,
 * and adds the interval of the timer to each value. Node can also measure each turn of the loop, at no cost when idle.
 */
function replaceEventLoopLag(created: Registry): void {
  const lag = monitorEventLoopDelay({ samplePerIteration: true });
  lag.enable();
  const names = Object.keys(lagValues);
  for (const [name, read] of Object.entries(lagValues)) {
    const metric = `nodejs_eventloop_lag_${name}_seconds`;
    created.removeSingleMetric(metric);
    new Gauge({
      name: metric,
      help: `Lag of the event loop since the metrics were last requested: ${name}.`,
      registers: [created],
      collect() {
        this.set(lag.count === 0 ? 0 : read(lag) / 1e9);
        if (name === names.at(-1)) lag.reset();
      },
    });
  }
}
