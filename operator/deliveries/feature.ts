/** Tells people of deliveries: what came, what became of it, and why. It reads the records that the other features write. */
import type { CreateFeature } from '../platform/feature.ts';
import { createPagePart } from './api/page-part.ts';
import { createCatchUpPart } from './catch-up/catch-up-part.ts';
import { createFollow } from './follow/follow.ts';
import type { Part } from './part.ts';
import { createPeers } from './peers/peers.ts';
import { journalOf, replicaName } from './records/journal-of.ts';
import { createStatusPart } from './status/status-part.ts';

export const deliveries: CreateFeature = (cluster, config) => {
  const journal = journalOf(cluster, config);
  const peers = createPeers({ cluster, config, journal, replica: replicaName() });
  const status = createStatusPart({ cluster, config, journal, peers });
  const parts: readonly Part[] = [
    status,
    createPagePart(cluster, config, peers),
    createCatchUpPart(cluster, config, peers),
    createFollow(cluster, config, { peers, status }),
  ];
  return {
    name: 'deliveries',
    async start() {
      await peers.start();
      await Promise.all(parts.map((part) => part.start?.()));
    },
    lead(before) {
      for (const part of parts) part.lead?.(before);
    },
    missing: () => [],
    flush: async () => 0,
    async stop() {
      await Promise.all([peers, ...parts].map((part) => part.stop?.()));
    },
  };
};
