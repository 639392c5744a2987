/**
 * From an entry of `spec.resources` to the objects it means. A named target without a filter on `res` is taken as it
 * is written; for the rest the metadata of the target's kind is watched, from the first Receiver on that needs it.
 */
import { RequestError } from '../api/errors.ts';
import type { FluxKind } from '../api/flux-kinds.ts';
import { ConnectionError, isNotFound } from '../kube/api-error.ts';
import type { Discovery } from '../kube/discovery.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import type { Informer } from '../kube/watch/informer.ts';
import { getTarget, type LiveOptions, listTargets } from './live-targets.ts';
import { type SelectedTargets, selectedOf, selectedTargets } from './selected-targets.ts';
import type { TargetEntry } from './target-entry.ts';
import type { TargetMetadata, TargetWatches } from './target-watches.ts';

/** Who waits for a selection. */
export type Patience = 'sender' | 'message';

export interface Targets {
  /** Starts what later selections of these entries need; never throws, never waits. */
  prepare(entries: readonly TargetEntry[]): void;
  /**
   * @param patience of who asks. A sender waits for an answer: what is not listed yet is asked for. A message can wait:
   * until it is listed, this throws.
   * @throws RequestError TargetInvalid, TargetNotFound; ApiError from a live request; ConnectionError from such, and where
   * a message has to wait.
   */
  select(entry: TargetEntry, patience?: Patience): Promise<SelectedTargets>;
  /** As `select`, but every object is looked for, and starts no watch. @throws as `select` */
  find(entry: TargetEntry): Promise<SelectedTargets>;
}

export interface TargetsOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly watches: TargetWatches;
  /** Of one live request. */
  readonly timeoutMs?: number;
  /** What is followed beside each target; absent: nothing. */
  readonly followed?: readonly FluxKind[];
}

export function createTargets(options: TargetsOptions): Targets {
  return {
    prepare(entries) {
      for (const entry of entries) void prepare(options, entry);
    },
    select: (entry, patience = 'sender') => select(options, entry, patience),
    async find(entry) {
      const type = await typeOf(options, entry);
      const { kind, namespace, name } = entry;
      if (entry.needsMetadata) return await select(options, entry, 'sender');
      const { metadata } = await getNamed({ ...options, background: true }, type, entry);
      return selectedTargets([{ type, kind, namespace, name, metadata }]);
    },
  };
}

async function prepare(options: TargetsOptions, entry: TargetEntry): Promise<void> {
  try {
    const type = await typeOf(options, entry);
    if (entry.needsMetadata) watched(options, type, entry);
    else options.watches.follow(type, entry.kind, entry.namespace);
    for (const kind of options.followed ?? []) await follow(options, kind, entry.namespace);
  } catch {
    // A webhook asks again, and gets the error.
  }
}

/** In the newest version that is served. */
async function follow(
  { discovery, watches }: TargetsOptions,
  { kind, group, versions }: FluxKind,
  namespace: string,
): Promise<void> {
  for (const version of versions) {
    const type = await discovery.resolve(`${group}/${version}`, kind);
    if (type === undefined) continue;
    watches.follow(type, kind, namespace);
    return;
  }
}

async function select(options: TargetsOptions, entry: TargetEntry, patience: Patience): Promise<SelectedTargets> {
  const type = await typeOf(options, entry);
  const { kind, namespace, name } = entry;
  if (!entry.needsMetadata) return selectedTargets([{ type, kind, namespace, name, metadata: undefined }]);
  if (patience === 'message') checkListed(options, type, entry);
  const informer = watched(options, type, entry);
  if (informer !== undefined && name === '*') return selectedOf(informer, type, entry);
  const live = { ...options, background: patience === 'message' };
  const objects = name === '*' ? await listTargets(live, type, entry) : [await find(live, type, entry, informer)];
  return selectedTargets(objects.map(({ metadata }) => ({ type, kind, namespace, name: metadata.name, metadata })));
}

async function typeOf({ discovery }: TargetsOptions, entry: TargetEntry): Promise<ResourceType> {
  const { fault, apiVersion, kind } = entry;
  if (fault !== undefined || apiVersion === undefined) throw new RequestError('TargetInvalid', fault);
  const type = await discovery.resolve(apiVersion, kind);
  if (type === undefined) {
    throw new RequestError('TargetInvalid', `${entry.field}: the API server has no kind ${kind} in ${apiVersion}`);
  }
  return type;
}

/** @param informer undefined: none covers the entry, or it has not listed yet. */
async function find(
  live: LiveOptions,
  type: ResourceType,
  entry: TargetEntry,
  informer: Informer<TargetMetadata> | undefined,
): Promise<TargetMetadata> {
  const key = type.namespaced ? `${entry.namespace}/${entry.name}` : entry.name;
  // A miss may only be a watch that lags.
  return informer?.get(key) ?? (await getNamed(live, type, entry));
}

async function getNamed(live: LiveOptions, type: ResourceType, entry: TargetEntry): Promise<TargetMetadata> {
  try {
    return await getTarget(live, type, entry);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new RequestError('TargetNotFound', `${entry.kind}/${entry.namespace}/${entry.name}: not found`);
  }
}

/** Undefined: what is watched does not cover this entry, or is not there yet. */
function watched(
  options: TargetsOptions,
  type: ResourceType,
  entry: TargetEntry,
): Informer<TargetMetadata> | undefined {
  const informer = options.watches.watch(type, entry.kind, entry.namespace);
  return informer?.hasSynced === true ? informer : undefined;
}

/** A list that is refused is waited for by nobody: a live request then says why. @throws ConnectionError */
function checkListed({ watches }: TargetsOptions, type: ResourceType, entry: TargetEntry): void {
  const informer = watches.watch(type, entry.kind, entry.namespace);
  if (informer === undefined || informer.hasSynced || watches.isRefused(informer)) return;
  throw new ConnectionError(`objects of kind ${entry.kind} are not listed yet`);
}
