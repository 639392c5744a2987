/** The metrics of the work queues, under the names and with the meaning that client-go gave them. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What one queue tells; times in seconds. */
export interface WorkQueueRecorder {
  setDepth(waiting: number): void;
  countAdd(): void;
  countRetry(): void;
  observeWait(seconds: number): void;
  observeWork(seconds: number): void;
  /** Called once with what to ask at each scrape. */
  watchUnfinished(read: ReadUnfinished): void;
}

type ReadUnfinished = () => { readonly totalSeconds: number; readonly longestSeconds: number };

const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** Makes the recorder of the queue with that name, whose series are then all there from the first scrape on. */
export function createWorkQueueMetrics(registry: Registry): (name: string) => WorkQueueRecorder {
  const registers = [registry];
  const labelNames = ['name'] as const;
  const unfinished = new Map<string, ReadUnfinished>();
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, labelNames, buckets: BUCKETS, registers });
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait to be reconciled', labelNames, registers });
  const adds = counter('workqueue_adds_total', 'Keys that were added');
  const retries = counter('workqueue_retries_total', 'Reconciles that failed and will be tried again');
  const waits = histogram('workqueue_queue_duration_seconds', 'How long a key waited before it was reconciled');
  const works = histogram('workqueue_work_duration_seconds', 'How long a reconcile took');
  const runningGauge = (name: string, help: string, field: keyof ReturnType<ReadUnfinished>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const [queue, read] of unfinished) this.set({ name: queue }, read()[field]);
      },
    });
  runningGauge('workqueue_unfinished_work_seconds', 'How long the running reconciles have run, summed', 'totalSeconds');
  runningGauge(
    'workqueue_longest_running_processor_seconds',
    'How long the longest running reconcile has run',
    'longestSeconds',
  );
  return (name) => {
    const labels = { name };
    depth.set(labels, 0);
    for (const metric of [adds, retries]) metric.inc(labels, 0);
    return {
      setDepth: (waiting) => depth.set(labels, waiting),
      countAdd: () => adds.inc(labels),
      countRetry: () => retries.inc(labels),
      observeWait: (seconds) => waits.observe(labels, seconds),
      observeWork: (seconds) => works.observe(labels, seconds),
      watchUnfinished(read) {
        unfinished.set(name, read);
      },
    };
  };
}
