import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { notifyingOf } from '../../receivers/notifying.ts';
import type { Part } from '../part.ts';
import { journalOf } from '../records/journal-of.ts';
import { createCatchUp } from './catch-up.ts';

/** What makes up for webhooks that nobody received, as the flags say. */
export function createCatchUpPart(cluster: Cluster, config: Config): Part {
  return createCatchUp({
    cluster,
    notifying: notifyingOf(cluster, config),
    journal: journalOf(cluster, config),
    registry: cluster.metrics.registry,
    namespace: config.runtimeNamespace,
    afterMs: config.catchUpAfterMs,
    rate: config.catchUpRate,
    servingSinceMs: async () => (cluster.servingSinceMs === undefined ? [] : [cluster.servingSinceMs]),
  });
}
