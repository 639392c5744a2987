import { Gauge, type Registry } from 'prom-client';
import type { UnresolvedSample } from './references.ts';

export interface ReferenceMetricsOptions {
  readonly registry: Registry;
  readonly perObject: boolean;
  readonly samples: () => Iterable<UnresolvedSample>;
}

/** Registers the metric of references that cannot be found. */
export function createReferenceMetrics({ registry, perObject, samples }: ReferenceMetricsOptions): void {
  new Gauge({
    name: 'sluice_unresolved_refs',
    help: 'Targets of objects of a kind that cannot be found, by reason; of the leader alone',
    labelNames: ['kind', 'reason', ...(perObject ? ['namespace', 'name'] : [])],
    registers: [registry],
    collect() {
      this.reset();
      for (const { kind, reason, namespace, name, count } of samples()) {
        this.inc(perObject ? { kind, reason, namespace, name } : { kind, reason }, count);
      }
    },
  });
}
