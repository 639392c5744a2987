/** The operator's one call for a webhook. */
import { FIELD_MANAGER, REQUESTED_AT_ANNOTATION } from '../../operator/api/receiver.ts';
import type { KubeRequest } from '../../operator/kube/kube-client.ts';
import { createRequestedAt } from '../../operator/receivers/requested-at.ts';

const requestedAt = createRequestedAt();

/** @param path of the target, on the API server. */
export function targetPatch(path: string): KubeRequest {
  return {
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    body: { metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: requestedAt() } } },
  };
}
