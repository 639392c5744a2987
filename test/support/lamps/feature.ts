/** Lights Lamps: the smallest feature with a kind, a status and an order of its own. */
import type { KubeObject } from '../../../operator/kube/kube-client.ts';
import { patchStatus } from '../../../operator/kube/status.ts';
import type { WatchedKind } from '../../../operator/platform/cluster.ts';
import type { CreateFeature } from '../../../operator/platform/feature.ts';

interface Lamp extends KubeObject {
  readonly spec?: { readonly on?: boolean };
  readonly status?: { readonly lit?: boolean };
}

const LAMPS = { apiVersion: 'example.com/v1', plural: 'lamps', namespaced: true };

export const lamps: CreateFeature = (cluster) => {
  const { leader, log } = cluster;
  const watch: { lamps: WatchedKind | undefined } = { lamps: undefined };

  async function reconcile(key: string, lamp: Lamp | undefined): Promise<undefined> {
    if (lamp === undefined || !leader.leads) return;
    await patchStatus(leader.client, LAMPS, lamp, { lit: lamp.spec?.on === true });
    log.info({ lamp: key }, 'lamp reconciled');
  }

  return {
    name: 'lamps',
    async start() {
      watch.lamps = await cluster.watch<Lamp>({ type: LAMPS, kind: 'Lamp', reconcile });
    },
    lead() {
      for (const key of watch.lamps?.keys() ?? []) watch.lamps?.enqueue(key, 'backlog');
    },
    missing: () => (watch.lamps?.hasHandledAll() === true ? [] : ['not every Lamp is reconciled yet']),
    async flush() {
      log.info('lamps flushed');
      return 0;
    },
    stop: async () => void log.info('lamps stopped'),
  };
};
