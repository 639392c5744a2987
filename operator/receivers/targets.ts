/**
 * From an entry of `spec.resources` to the objects it means. A named target without a filter on `res` is taken as it
 * is written; for the rest the metadata of the target's kind is watched, from the first Receiver on that needs it.
 */
import { RequestError } from '../api/errors.ts';
import type { ObjectMeta, ResourceMetadata } from '../api/meta.ts';
import { ConnectionError, isForbidden, isNotFound } from '../kube/api-error.ts';
import type { Discovery } from '../kube/discovery.ts';
import type { KubeClient, KubeList, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { METADATA, METADATA_LIST } from '../kube/metadata-only.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { createInformer, type Informer } from '../kube/watch/informer.ts';
import { withoutManagedFields } from '../kube/watch/without-managed-fields.ts';
import type { Logger } from '../observe/log.ts';
import type { Target } from './annotator.ts';
import type { TargetEntry } from './target-entry.ts';

export interface SelectedTarget extends Target {
  /** Present where the entry needs it. */
  readonly res: ResourceMetadata | undefined;
}

/** Who waits for a selection. */
export type Patience = 'sender' | 'message';

export interface Targets {
  /** Starts what later selections of these entries need; never throws, never waits. */
  prepare(entries: readonly TargetEntry[]): void;
  /** Why the entry can mean no object, as far as that is known without asking for one; undefined: it can, or nobody knows. */
  check(entry: TargetEntry): Promise<RequestError | undefined>;
  /**
   * @param patience of who asks. A sender waits for an answer: what is not listed yet is asked for. A message can wait:
   * until it is listed, this throws.
   * @throws RequestError TargetInvalid, TargetNotFound; ApiError from a live request; ConnectionError from such, and where
   * a message has to wait.
   */
  select(entry: TargetEntry, patience?: Patience): Promise<readonly SelectedTarget[]>;
  stop(): Promise<void>;
}

export interface TargetsOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Of one live request. */
  readonly timeoutMs?: number;
  readonly log: Logger;
}

interface Metadata {
  metadata: ObjectMeta;
}

interface State {
  readonly options: TargetsOptions;
  readonly informers: Map<string, Informer<Metadata>>;
  /** Those that the API server refuses to list. */
  readonly refused: Set<Informer<Metadata>>;
}

const LIVE_TIMEOUT_MS = 4_000;

export function createTargets(options: TargetsOptions): Targets {
  const state: State = { options, informers: new Map(), refused: new Set() };
  return {
    prepare(entries) {
      for (const entry of entries) void prepare(state, entry);
    },
    check: (entry) => check(state, entry),
    select: (entry, patience = 'sender') => select(state, entry, patience),
    async stop() {
      await Promise.all([...state.informers.values()].map((informer) => informer.stop()));
    },
  };
}

async function prepare(state: State, entry: TargetEntry): Promise<void> {
  try {
    const type = await typeOf(state, entry);
    if (entry.needsMetadata) watched(state, type, entry);
  } catch {
    // A webhook asks again, and gets the error.
  }
}

async function check(state: State, entry: TargetEntry): Promise<RequestError | undefined> {
  try {
    await typeOf(state, entry);
    return undefined;
  } catch (error) {
    return error instanceof RequestError ? error : undefined;
  }
}

async function select(state: State, entry: TargetEntry, patience: Patience): Promise<readonly SelectedTarget[]> {
  const type = await typeOf(state, entry);
  const { kind, namespace, name } = entry;
  if (!entry.needsMetadata) return [{ type, kind, namespace, name, res: undefined }];
  if (patience === 'message') checkListed(state, type, entry);
  return (await find(state, type, entry, patience === 'message')).map(({ metadata }) => ({
    type,
    kind,
    namespace,
    name: metadata.name,
    res: { apiVersion: type.apiVersion, kind, metadata },
  }));
}

async function typeOf({ options }: State, entry: TargetEntry): Promise<ResourceType> {
  const { fault, apiVersion, kind } = entry;
  if (fault !== undefined || apiVersion === undefined) throw new RequestError('TargetInvalid', fault);
  const type = await options.discovery.resolve(apiVersion, kind);
  if (type === undefined) {
    throw new RequestError('TargetInvalid', `${entry.field}: the API server has no kind ${kind} in ${apiVersion}`);
  }
  return type;
}

async function find(
  state: State,
  type: ResourceType,
  entry: TargetEntry,
  background: boolean,
): Promise<readonly Metadata[]> {
  const informer = watched(state, type, entry);
  if (entry.name === '*')
    return informer === undefined ? listLive(state, type, entry, background) : byLabels(informer, type, entry);
  const key = type.namespaced ? `${entry.namespace}/${entry.name}` : entry.name;
  // A miss may only be a watch that lags.
  return [informer?.get(key) ?? (await getLive(state, type, entry, background))];
}

/** Undefined: what is watched does not cover this entry, or is not there yet. */
function watched(state: State, type: ResourceType, entry: TargetEntry): Informer<Metadata> | undefined {
  const informer = watcherOf(state, type, entry);
  return informer?.hasSynced === true ? informer : undefined;
}

/** Undefined: what is watched does not cover this entry. */
function watcherOf(state: State, type: ResourceType, entry: TargetEntry): Informer<Metadata> | undefined {
  const { namespace } = state.options;
  if (namespace !== undefined && entry.namespace !== namespace) return undefined;
  return informerOf(state, type, entry.kind);
}

/** A list that is refused is waited for by nobody: a live request then says why. @throws ConnectionError */
function checkListed(state: State, type: ResourceType, entry: TargetEntry): void {
  const informer = watcherOf(state, type, entry);
  if (informer === undefined || informer.hasSynced || state.refused.has(informer)) return;
  throw new ConnectionError(`objects of kind ${entry.kind} are not listed yet`);
}

function informerOf({ options, informers, refused }: State, type: ResourceType, kind: string): Informer<Metadata> {
  const { client, namespace, log } = options;
  const id = `${type.apiVersion}/${type.plural}`;
  const known = informers.get(id);
  if (known !== undefined) return known;
  const informer = createInformer<Metadata>({
    client,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    metadataOnly: true,
    project,
    log: log.child({ kind }),
    onError(error) {
      if (isForbidden(error) || isNotFound(error)) refused.add(informer);
    },
    onListed: () => void refused.delete(informer),
  });
  informers.set(id, informer);
  informer.start();
  return informer;
}

/** What filters may see of a target; the rest of its metadata is bulk. */
function project(object: KubeObject): Metadata {
  return { metadata: withoutManagedFields(object.metadata) };
}

function byLabels(informer: Informer<Metadata>, type: ResourceType, entry: TargetEntry): Metadata[] {
  const labels = Object.entries(entry.matchLabels ?? {});
  return [...informer.values()].filter(
    ({ metadata }) =>
      (!type.namespaced || metadata.namespace === entry.namespace) &&
      labels.every(([name, value]) => metadata.labels?.[name] === value),
  );
}

async function getLive(
  { options }: State,
  type: ResourceType,
  entry: TargetEntry,
  background: boolean,
): Promise<Metadata> {
  const { client, timeoutMs = LIVE_TIMEOUT_MS } = options;
  try {
    const path = resourcePath(type, entry);
    return project(await client.request<KubeObject>({ method: 'GET', path, accept: METADATA, timeoutMs, background }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new RequestError('TargetNotFound', `${entry.kind}/${entry.namespace}/${entry.name}: not found`);
  }
}

async function listLive(
  { options }: State,
  type: ResourceType,
  entry: TargetEntry,
  background: boolean,
): Promise<Metadata[]> {
  const { client, timeoutMs = LIVE_TIMEOUT_MS } = options;
  const labelSelector = Object.entries(entry.matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const list = await client.request<KubeList<KubeObject>>({
    method: 'GET',
    path: resourcePath(type, { namespace: entry.namespace }),
    query: { labelSelector },
    accept: METADATA_LIST,
    timeoutMs,
    background,
  });
  return (list.items ?? []).map(project);
}
