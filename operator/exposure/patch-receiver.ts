import { RECEIVER_API_VERSION, RECEIVER_PLURAL } from '../api/receiver/receiver.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { mergePatch, type ObjectName } from '../kube/operations.ts';

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };

/** Changes the metadata of a Receiver; one that is gone is no error. @throws ApiError, ConnectionError */
export async function patchReceiver(
  client: KubeClient,
  { namespace, name }: Required<Pick<ObjectName, 'namespace' | 'name'>>,
  metadata: object,
): Promise<void> {
  try {
    await mergePatch(client, RECEIVERS, { namespace, name }, { metadata });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
