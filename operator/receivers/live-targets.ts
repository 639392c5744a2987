/** Asks the API server for targets as they are now: for what no watch covers, or none has listed yet. */
import type { KubeClient, KubeList, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { METADATA, METADATA_LIST } from '../kube/metadata-only.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { type TargetMetadata, targetMetadata } from './target-watches.ts';

export interface LiveOptions {
  readonly client: KubeClient;
  /** Of one request. */
  readonly timeoutMs?: number;
  /** Whether nobody waits for it. */
  readonly background: boolean;
}

export interface LabelSelection {
  readonly namespace: string;
  readonly matchLabels: Readonly<Record<string, string>> | undefined;
}

const TIMEOUT_MS = 4_000;

/** @throws ApiError, ConnectionError */
export async function getTarget(
  { client, timeoutMs = TIMEOUT_MS, background }: LiveOptions,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<TargetMetadata> {
  const path = resourcePath(type, { namespace, name });
  return targetMetadata(await client.request({ method: 'GET', path, accept: METADATA, timeoutMs, background }));
}

/**
 * @param limit how many are enough; absent: all.
 * @throws ApiError, ConnectionError
 */
export async function listTargets(
  { client, timeoutMs = TIMEOUT_MS, background }: LiveOptions,
  type: ResourceType,
  { namespace, matchLabels = {} }: LabelSelection,
  limit?: number,
): Promise<TargetMetadata[]> {
  const labelSelector = Object.entries(matchLabels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const list = await client.request<KubeList<KubeObject>>({
    method: 'GET',
    path: resourcePath(type, { namespace }),
    query: { labelSelector, limit },
    accept: METADATA_LIST,
    timeoutMs,
    background,
  });
  return (list.items ?? []).map(targetMetadata);
}

/** Whether an object has all the labels, and is in the namespace, where its kind has any. */
export function isSelectedBy({ namespace, matchLabels = {} }: LabelSelection): (target: TargetMetadata) => boolean {
  const wanted = Object.entries(matchLabels);
  const isIn = ({ metadata: { namespace: own } }: TargetMetadata) => own === undefined || own === namespace;
  if (wanted.length === 0) return isIn;
  return (target) => isIn(target) && wanted.every(([name, value]) => target.metadata.labels?.[name] === value);
}
