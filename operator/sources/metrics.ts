/** The metrics of event sources. Labels are bounded: types, outcomes, reasons and, only where asked for, objects. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { MessageOutcome } from '../api/errors.ts';

/** Labels of a BrokerReceiver; `name` and `namespace` are shown with `--metrics-per-object` alone. */
export interface SourceLabels {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
}

export interface SourceMetrics {
  message(source: SourceLabels, outcome: MessageOutcome): void;
  receiveError(source: SourceLabels, reason: string): void;
}

/** One source, as it is when metrics are collected. */
export interface SourceSample {
  readonly labels: SourceLabels;
  readonly isUp: boolean;
  readonly inflight: number;
  /** Of the oldest message that is held; 0 without one. */
  readonly heldSeconds: number;
  /** See `Source.lag`. */
  readonly lag: number | undefined;
}

export interface SourceMetricsOptions {
  readonly registry: Registry;
  readonly perObject: boolean;
  readonly samples: () => Iterable<SourceSample>;
}

type LabelValues = Record<string, string>;

interface GaugeText {
  readonly name: string;
  readonly help: string;
  /** Undefined: the source has no value. */
  value(sample: SourceSample): number | undefined;
  combine(one: number, other: number): number;
}

const sum = (one: number, other: number): number => one + other;

const GAUGES: readonly GaugeText[] = [
  {
    name: 'sluice_source_inflight',
    help: 'Messages that are received and not yet acknowledged, rejected or given back, by type of source',
    value: ({ inflight }) => inflight,
    combine: sum,
  },
  {
    name: 'sluice_source_held_seconds',
    help: 'The age of the oldest message that is held, by type of source; 0 without one',
    value: ({ heldSeconds }) => heldSeconds,
    combine: Math.max,
  },
  {
    name: 'sluice_source_up',
    help: 'Sources whose broker answered the last receive, by type of source',
    value: ({ isUp }) => (isUp ? 1 : 0),
    combine: sum,
  },
  {
    name: 'sluice_source_lag',
    help: 'Messages that wait at the broker, of kafka and nats those too that are held, by type of source, where the broker says',
    value: ({ lag }) => lag,
    combine: sum,
  },
];

export function createSourceMetrics({ registry, perObject, samples }: SourceMetricsOptions): SourceMetrics {
  const registers = [registry];
  const ofSource = perObject ? ['type', 'namespace', 'name'] : ['type'];
  const labelsOf = ({ type, namespace, name }: SourceLabels): LabelValues =>
    perObject ? { type, namespace, name } : { type };
  const messages = new Counter({
    name: 'sluice_source_messages_total',
    help: 'Attempts at messages by type of source and outcome: done, poison, failing, away',
    labelNames: [...ofSource, 'outcome'],
    registers,
  });
  const errors = new Counter({
    name: 'sluice_source_receive_errors_total',
    help: 'Calls to a broker that failed, to connect or to receive, by type of source and reason',
    labelNames: [...ofSource, 'reason'],
    registers,
  });
  for (const { name, help, value, combine } of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: ofSource,
      registers,
      collect() {
        this.reset();
        for (const [labels, total] of totals(samples(), { value, combine, labelsOf })) this.set(labels, total);
      },
    });
  }
  return {
    message: (source, outcome) => messages.inc({ ...labelsOf(source), outcome }),
    receiveError: (source, reason) => errors.inc({ ...labelsOf(source), reason }),
  };
}

function totals(
  samples: Iterable<SourceSample>,
  { value, combine, labelsOf }: Pick<GaugeText, 'value' | 'combine'> & { labelsOf(labels: SourceLabels): LabelValues },
): Iterable<readonly [LabelValues, number]> {
  const found = new Map<string, readonly [LabelValues, number]>();
  for (const sample of samples) {
    const own = value(sample);
    if (own === undefined) continue;
    const labels = labelsOf(sample.labels);
    const key = JSON.stringify(labels);
    const before = found.get(key);
    found.set(key, [labels, before === undefined ? own : combine(before[1], own)]);
  }
  return found.values();
}
