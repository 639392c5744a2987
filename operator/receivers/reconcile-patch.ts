import { FIELD_MANAGER, REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import type { KubeRequest } from '../kube/kube-client.ts';
import { METADATA } from '../kube/metadata-only.ts';

const TIMEOUT_MS = 4_000;

/** The PATCH that has Flux reconcile the object at `path` now, for a `requestedAt` that it has not had before. */
export function reconcilePatch(path: string, requestedAt: string, timeoutMs = TIMEOUT_MS): KubeRequest {
  return {
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    accept: METADATA,
    body: { metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: requestedAt } } },
    timeoutMs,
  };
}
