/** Releases the finalizer that Flux's own controller leaves on its objects, so that they can be deleted. */
import { FLUX_FINALIZER, type ObjectMeta } from '../api/meta.ts';
import { isNotFound } from './api-error.ts';
import type { KubeClient, ResourceType } from './kube-client.ts';
import { mergePatch } from './operations.ts';

/** @returns whether there was one to release. @throws ApiError, ConnectionError */
export async function releaseFinalizer(client: KubeClient, type: ResourceType, metadata: ObjectMeta): Promise<boolean> {
  const { namespace = '', name, resourceVersion, finalizers = [] } = metadata;
  if (!finalizers.includes(FLUX_FINALIZER)) return false;
  const kept = finalizers.filter((finalizer) => finalizer !== FLUX_FINALIZER);
  try {
    // The version makes sure that nobody else's finalizer is lost.
    await mergePatch(client, type, { namespace, name }, { metadata: { resourceVersion, finalizers: kept } });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
