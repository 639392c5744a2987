/**
 * Writes an object's status: one merge patch with what differs, guarded by the resourceVersion it was worked out from,
 * and no request at all when nothing does.
 */
import { FIELD_MANAGER } from '../api/meta.ts';
import { isNotFound } from './api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import { mergeDifference } from './merge-difference.ts';
import { resourcePath } from './resource-path.ts';

/**
 * Makes the status of `object` (as it was read) equal to `status`; a key that `status` lacks is removed. An object that
 * is gone meanwhile has no status to write, which is no error: `unchanged`.
 * @throws ApiError with httpStatus 409 when the object changed since it was read: reconcile the new one; ApiError and
 * ConnectionError as every request.
 */
export async function patchStatus(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject & { readonly status?: unknown },
  status: object,
): Promise<'patched' | 'unchanged'> {
  const difference = mergeDifference(object.status ?? {}, status);
  if (difference === undefined) return 'unchanged';
  const { namespace, name, resourceVersion } = object.metadata;
  try {
    await client.request({
      method: 'PATCH',
      path: resourcePath(type, { namespace, name, subresource: 'status' }),
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, status: difference },
    });
    return 'patched';
  } catch (error) {
    if (isNotFound(error)) return 'unchanged';
    throw error;
  }
}
