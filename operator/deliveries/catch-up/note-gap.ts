/** Notes a gap on the Lease, where the next leader finds it should this one end before it has made up for it. */
import { LEASE } from '../../api/installation.ts';
import { isConflict } from '../../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../kube/kube-client.ts';
import { resourcePath } from '../../kube/resource-path.ts';
import { formatGap, GAP_ANNOTATION, type Gap } from './gap.ts';

const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', plural: 'leases', namespaced: true };
const ATTEMPTS = 5;

/**
 * @param client the leader's.
 * @param gap undefined: it is made up for. @throws what the client throws.
 */
export async function noteGap(client: KubeClient, namespace: string, gap: Gap | undefined): Promise<void> {
  const path = resourcePath(LEASES, { namespace, name: LEASE });
  for (let attempt = 1; ; attempt++) {
    const lease = await client.request<KubeObject>({ method: 'GET', path });
    const { [GAP_ANNOTATION]: _before, ...others } = lease.metadata.annotations ?? {};
    const annotations = gap === undefined ? others : { ...others, [GAP_ANNOTATION]: formatGap(gap) };
    try {
      await client.request({ method: 'PUT', path, body: { ...lease, metadata: { ...lease.metadata, annotations } } });
      return;
    } catch (error) {
      // The Lease was renewed in between.
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
