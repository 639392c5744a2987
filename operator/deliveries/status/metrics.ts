import { Gauge, type Registry } from 'prom-client';
import type { Cluster } from '../../platform/cluster.ts';
import { heldOf, type Told, toldKinds } from './told.ts';

/** One object that does not receive. */
export interface NotDeliveringSample {
  readonly kind: string;
  readonly reason: string;
  readonly namespace: string;
  readonly name: string;
}

export interface DeliveringMetricsOptions {
  readonly registry: Registry;
  readonly perObject: boolean;
  readonly samples: () => Iterable<NotDeliveringSample>;
}

/** Registers the metric of objects whose condition `Delivering` is False. */
export function createDeliveringMetrics({ registry, perObject, samples }: DeliveringMetricsOptions): void {
  new Gauge({
    name: 'sluice_objects_not_delivering',
    help: 'Objects of a kind whose condition Delivering is False, by reason; of the leader alone',
    labelNames: ['kind', 'reason', ...(perObject ? ['namespace', 'name'] : [])],
    registers: [registry],
    collect() {
      this.reset();
      for (const { kind, reason, namespace, name } of samples()) {
        this.inc(perObject ? { kind, reason, namespace, name } : { kind, reason });
      }
    },
  });
}

/** Those of all that are watched. */
export function* notDelivering(objects: Cluster['objects']): Iterable<NotDeliveringSample> {
  for (const kind of toldKinds.keys()) {
    for (const object of objects(kind)?.values() ?? []) {
      const held = heldOf(object as Told);
      const { namespace = '', name } = object.metadata;
      if (held?.status === 'False') yield { kind, reason: held.reason, namespace, name };
    }
  }
}
