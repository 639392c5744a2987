import type { Registry } from 'prom-client';
import { createTokenMetrics } from '../../../operator/alerts/cloud/token-metrics.ts';
import { createAlertMetrics } from '../../../operator/alerts/metrics.ts';
import { keptBodiesOf } from '../../../operator/deliveries/bodies/kept-bodies-of.ts';
import { createFollowMetrics } from '../../../operator/deliveries/follow/metrics.ts';
import { createReplayMetrics } from '../../../operator/deliveries/replay/metrics.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { createMetrics } from '../../../operator/observe/metrics.ts';
import { createReceiverMetrics } from '../../../operator/receivers/metrics.ts';
import { createReferenceMetrics } from '../../../operator/receivers/references/metrics.ts';
import { createSourceMetrics } from '../../../operator/sources/metrics.ts';
import { table } from './table.ts';

/** Every metric of the operator's own, from its registry. */
export function metricsPage(): string {
  const metrics = createMetrics();
  const { registry } = metrics;
  createReceiverMetrics(registry, () => ({ oldestAgeSeconds: 0 }));
  createReferenceMetrics({ registry, perObject: true, samples: () => [] });
  createFollowMetrics({ registry, perObject: true });
  createAlertMetrics({ registry, perObject: true, byPath: false, queue: () => ({ length: 0, oldestAgeSeconds: 0 }) });
  createTokenMetrics(registry, true);
  createSourceMetrics({ registry, perObject: true, samples: () => [] });
  createReplayMetrics(registry);
  // With the journal's.
  keptBodiesOf({ clock: systemClock, metrics }, { deliveryHistory: 1, deliveryBodiesMemory: 0 });
  const rows = metricsOf(registry)
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, type, labelNames, help }) => [
      `\`${name}\``,
      type,
      labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
  return `# Metrics

The operator serves \`GET /metrics\` on \`--metrics-addr\`, and the metrics of the process (\`process_*\`, \`nodejs_*\`) with them.
[Metrics](../metrics.md) describes the labels and has queries that find problems.

${table(['name', 'type', 'labels', 'meaning'], rows)}
`;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** prom-client's types leave out what each metric knows of itself. */
function metricsOf(registry: Registry): readonly Metric[] {
  return registry.getMetricsAsArray() as unknown as readonly Metric[];
}
