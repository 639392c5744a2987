/** Looks up one reference: in what is watched anyway, or with one request to the API server. */
import { ApiError, isForbidden, isNotFound } from '../../kube/api-error.ts';
import type { Discovery } from '../../kube/discovery.ts';
import type { KubeClient, ResourceType } from '../../kube/kube-client.ts';
import type { Informer } from '../../kube/watch/informer.ts';
import { getTarget, isSelectedBy, listTargets } from '../live-targets.ts';
import type { TargetReference } from '../target-reference.ts';
import type { TargetMetadata, TargetWatches } from '../target-watches.ts';
import { type Finding, kindUnknown, noRight, notFound, nothingSelected, RESOLVED } from './finding.ts';

export interface LookUpOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly watches: Pick<TargetWatches, 'listed'>;
}

export interface LookedUp {
  readonly finding: Finding;
  /** Whether a watch tells of changes. */
  readonly watched: boolean;
}

/**
 * @param reference without a fault.
 * @param forbidden what is found where the kind is known and the reference is not allowed; undefined: it is allowed.
 * @throws ApiError, ConnectionError: nothing is known now.
 */
export async function lookUp(
  options: LookUpOptions,
  reference: TargetReference,
  forbidden: Finding | undefined,
): Promise<LookedUp> {
  const type = await options.discovery.resolve(reference.apiVersion ?? '', reference.kind);
  if (type === undefined) return { finding: kindUnknown(reference), watched: false };
  if (forbidden !== undefined) return { finding: forbidden, watched: false };
  const known = options.watches.listed(type, reference.namespace, reference.name === '*');
  const isThere = known !== undefined && knows(known, type, reference);
  // A miss may only be a watch that lags.
  return { finding: isThere ? RESOLVED : await askLive(options, type, reference), watched: known !== undefined };
}

function knows(
  known: Pick<Informer<TargetMetadata>, 'get' | 'values'>,
  type: ResourceType,
  reference: TargetReference,
): boolean {
  const { namespace, name } = reference;
  if (name !== '*') return known.get(type.namespaced ? `${namespace}/${name}` : name) !== undefined;
  const isSelected = isSelectedBy(reference);
  for (const target of known.values()) if (isSelected(target)) return true;
  return false;
}

async function askLive(options: LookUpOptions, type: ResourceType, reference: TargetReference): Promise<Finding> {
  const live = { client: options.client, background: true };
  const isSelecting = reference.name === '*';
  try {
    if (!isSelecting) await getTarget(live, type, reference);
    else if ((await listTargets(live, type, reference, 1)).length === 0) return nothingSelected(type, reference);
    return RESOLVED;
  } catch (error) {
    if (isForbidden(error)) return noRight(isSelecting ? 'list' : 'get', type, reference);
    if (!isNotFound(error)) throw error;
    // Of an object that is missing the API server says so; a kind that it does not serve is an unknown path to it.
    const isObject = error instanceof ApiError && error.reason === 'NotFound';
    return isObject ? notFound(type, reference) : kindUnknown(reference);
  }
}
