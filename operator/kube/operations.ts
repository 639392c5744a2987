/** The calls that the operator makes on objects, one function each. */
import { FIELD_MANAGER } from '../api/meta.ts';
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import { resourcePath } from './resource-path.ts';

/** Which object, or which part of it. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: string;
}

/** RFC 7386, as `sluice`. @returns the object as it is then. @throws ApiError, ConnectionError */
export function mergePatch<T = KubeObject>(
  client: KubeClient,
  type: ResourceType,
  object: ObjectName,
  patch: unknown,
): Promise<T> {
  return client.request<T>({
    method: 'PATCH',
    path: resourcePath(type, object),
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    body: patch,
  });
}

/**
 * Server-side apply, as `sluice`. `force` takes fields from other managers. @returns the object as it is then.
 * @throws ApiError with reason Conflict when another manager has a field, and `force` is not set; ConnectionError
 */
export function apply<T = KubeObject>(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject,
  options: { readonly force?: boolean } = {},
): Promise<T> {
  const { namespace, name } = object.metadata;
  return client.request<T>({
    method: 'PATCH',
    path: resourcePath(type, { namespace, name }),
    query: { fieldManager: FIELD_MANAGER, force: options.force },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}
