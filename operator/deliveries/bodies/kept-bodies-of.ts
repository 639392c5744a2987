/** The kept bodies of a process: one store for each cluster, which flows fill. */
import { Gauge } from 'prom-client';
import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { journalOf } from '../records/journal-of.ts';
import { createKeptBodies, type KeptBodies } from './kept-bodies.ts';

const made = new WeakMap<object, KeptBodies>();

/** Made at the first call for a cluster. */
export function keptBodiesOf(
  cluster: Pick<Cluster, 'clock' | 'metrics'>,
  config: Pick<Config, 'deliveryHistory' | 'deliveryBodiesMemory'>,
): KeptBodies {
  const known = made.get(cluster);
  if (known !== undefined) return known;
  const { clock, metrics } = cluster;
  const bodies = createKeptBodies({
    journal: journalOf(cluster, config),
    maxBytes: config.deliveryBodiesMemory,
    clock,
  });
  new Gauge({
    name: 'sluice_delivery_bodies_bytes',
    help: 'Size of the bodies that are kept to explain and replay deliveries',
    registers: [metrics.registry],
    collect() {
      this.set(bodies.bytes);
    },
  });
  made.set(cluster, bodies);
  return bodies;
}
