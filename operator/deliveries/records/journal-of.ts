/** The journal of a process: one for each cluster, which flows fill and the feature of deliveries reads. */
import { hostname } from 'node:os';
import { Counter } from 'prom-client';
import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { createJournal, type Journal } from './journal.ts';

const made = new WeakMap<object, Journal>();

/** Made at the first call for a cluster. */
export function journalOf(
  cluster: Pick<Cluster, 'clock' | 'metrics'>,
  { deliveryHistory }: Pick<Config, 'deliveryHistory'>,
): Journal {
  const known = made.get(cluster);
  if (known !== undefined) return known;
  const duplicates = new Counter({
    name: 'sluice_delivery_duplicates_total',
    help: 'Deliveries whose sender gave them the id of one before, by the type of their object',
    labelNames: ['type'],
    registers: [cluster.metrics.registry],
  });
  const journal = createJournal({
    maxRecords: deliveryHistory,
    clock: cluster.clock,
    onDuplicate: (type) => duplicates.inc({ type }),
  });
  made.set(cluster, journal);
  return journal;
}

/** The name of this replica in records: that of its Pod. */
export function replicaName(env: NodeJS.ProcessEnv = process.env): string {
  return env.POD_NAME || hostname();
}
