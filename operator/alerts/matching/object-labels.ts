/** Reads the labels of an event's object, as they are now (contract, *Matching*). */
import { ApiError, isTransient } from '../../kube/api-error.ts';
import type { Discovery } from '../../kube/discovery.ts';
import type { KubeClient, KubeObject } from '../../kube/kube-client.ts';
import { METADATA } from '../../kube/metadata-only.ts';
import { pathSegmentFault } from '../../kube/path-segment.ts';
import { resourcePath } from '../../kube/resource-path.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { Labels } from './match-alert.ts';

/** @returns undefined where there is no such object, or it may not be read. @throws ApiError, ConnectionError passing. */
export type ReadLabels = (event: FluxEvent) => Promise<Labels>;

const TIMEOUT_MS = 4_000;

export function createReadLabels(client: KubeClient, discovery: Discovery): ReadLabels {
  return async ({ involvedObject: { apiVersion, kind, namespace, name } }) => {
    // A sender that made up a name could have another resource read.
    if (pathSegmentFault(name) !== undefined || pathSegmentFault(namespace) !== undefined) return undefined;
    try {
      const type = await discovery.resolve(apiVersion, kind);
      if (type === undefined) return undefined;
      const path = resourcePath(type, { namespace, name });
      const object = await client.request<KubeObject>({ method: 'GET', path, accept: METADATA, timeoutMs: TIMEOUT_MS });
      return object.metadata.labels ?? {};
    } catch (error) {
      // Gone, or the operator may not read it: waiting changes nothing.
      if (error instanceof ApiError && !isTransient(error)) return undefined;
      throw error;
    }
  };
}
