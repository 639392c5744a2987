import type { Config } from '../../config.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { notifyingOf } from '../../receivers/notifying.ts';
import type { Part } from '../part.ts';
import type { Peers } from '../peers/peers.ts';
import { journalOf } from '../records/journal-of.ts';
import { createCatchUp } from './catch-up.ts';

/** What makes up for webhooks that nobody received, as the flags say. */
export function createCatchUpPart(cluster: Cluster, config: Config, peers: Pick<Peers, 'ask'>): Part {
  return createCatchUp({
    cluster,
    notifying: notifyingOf(cluster, config),
    journal: journalOf(cluster, config),
    registry: cluster.metrics.registry,
    namespace: config.runtimeNamespace,
    afterMs: config.catchUpAfterMs,
    rate: config.catchUpRate,
    async servingSinceMs() {
      const { servingSince } = await peers.ask({ sinceMs: cluster.clock.now() });
      return Object.values(servingSince).map((time) => Date.parse(time));
    },
  });
}
