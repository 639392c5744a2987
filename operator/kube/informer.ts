/**
 * A copy of a collection, kept true by a list and a watch. Whatever breaks (a stream, a connection, the API server, the
 * history of the watch), it goes on from where it was or lists again, and no change is lost or told twice.
 */
import type { ObjectMeta } from '../api/receiver.ts';
import type { Logger } from '../observe/log.ts';
import { ApiError, type Status } from './api-error.ts';
import type { KubeClient, KubeObject, KubeRequest, ResourceType } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { resourcePath } from './resource-path.ts';
import { type RetryBounds, retryDelayMs } from './retry-delay.ts';

/** `initial`: from the first list. `key` is `namespace/name`, or `name` where there are no namespaces. */
export type InformerEvent<T> =
  | {
      readonly type: 'added' | 'updated';
      readonly key: string;
      readonly object: T;
      readonly previous?: T;
      readonly initial: boolean;
    }
  | { readonly type: 'deleted'; readonly key: string; readonly object: T };

export interface Informer<T> {
  start(): void;
  /** Ends the watch; nothing is told after it. */
  stop(): Promise<void>;
  readonly hasSynced: boolean;
  /** Done after the first whole list; never, if stopped before. */
  whenSynced(): Promise<void>;
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
}

export interface InformerOptions<T> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Asks for PartialObjectMetadata only. */
  readonly metadataOnly?: boolean;
  /** What is kept of an object; must keep name, namespace and resourceVersion. */
  project(object: KubeObject): T;
  readonly pageSize?: number;
  readonly log: Logger;
  onEvent?(event: InformerEvent<T>): void;
  onError?(error: unknown): void;
  readonly backoff?: RetryBounds;
  /** A watch that is silent for so long is broken off and resumed; bookmarks come about every minute. */
  readonly idleTimeoutMs?: number;
  /** How long one watch lasts; default 5 to 10 minutes, by chance. */
  readonly watchTimeoutSeconds?: number;
}

interface State<T> {
  readonly options: InformerOptions<T>;
  readonly store: Map<string, T>;
  readonly breakOff: AbortController;
  readonly synced: PromiseWithResolvers<void>;
  hasSynced: boolean;
  /** Where the next watch begins; undefined: list first. */
  resourceVersion: string | undefined;
  /** Attempts in a row that brought nothing. */
  failures: number;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & Status;
}

const PAGE_SIZE = 500;
const BACKOFF: RetryBounds = { minDelayMs: 200, maxDelayMs: 5_000 };
const IDLE_TIMEOUT_MS = 150_000;
const MIN_WATCH_SECONDS = 300;
const SHORTEST_WATCH_MS = 1_000;
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const GONE = 410;

export function createInformer<T extends { readonly metadata: ObjectMeta }>(options: InformerOptions<T>): Informer<T> {
  const state: State<T> = {
    options,
    store: new Map(),
    breakOff: new AbortController(),
    synced: Promise.withResolvers(),
    hasSynced: false,
    resourceVersion: undefined,
    failures: 0,
  };
  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= run(state);
    },
    async stop() {
      state.breakOff.abort();
      await running;
    },
    get hasSynced() {
      return state.hasSynced;
    },
    whenSynced: () => state.synced.promise,
    get: (key) => state.store.get(key),
    values: () => state.store.values(),
    get size() {
      return state.store.size;
    },
  };
}

async function run<T extends { readonly metadata: ObjectMeta }>(state: State<T>): Promise<void> {
  const { signal } = state.breakOff;
  while (!signal.aborted) {
    try {
      if (state.resourceVersion === undefined) await list(state);
      await watch(state);
    } catch (error) {
      if (signal.aborted) return;
      await recover(state, error);
    }
  }
}

async function recover<T>(state: State<T>, error: unknown): Promise<void> {
  const { log, onError, type, backoff = BACKOFF } = state.options;
  const expired = error instanceof ApiError && error.httpStatus === GONE;
  // The history that the watch would go on from is gone, or the kind or the right to it was; changes may be hidden.
  if (error instanceof ApiError && error.httpStatus < 500 && error.httpStatus !== 429)
    state.resourceVersion = undefined;
  state.failures += 1;
  if (expired && state.failures === 1) return;
  onError?.(error);
  const fields = { resource: type.plural, failures: state.failures, error };
  if (state.failures === 1) log.warn(fields, 'watch failed, it will be resumed');
  else log.debug(fields, 'watch failed again');
  await pause(retryDelayMs(state.failures, backoff), state.breakOff.signal);
}

function requestOf<T>(state: State<T>, accept: string | undefined): KubeRequest {
  const { type, namespace, labelSelector, fieldSelector } = state.options;
  return {
    method: 'GET',
    path: resourcePath(type, { namespace }),
    query: { labelSelector, fieldSelector },
    signal: state.breakOff.signal,
    ...(accept === undefined ? {} : { accept }),
  };
}

async function list<T extends { readonly metadata: ObjectMeta }>(state: State<T>): Promise<void> {
  const { client, metadataOnly, pageSize = PAGE_SIZE } = state.options;
  const seen = new Set<string>();
  const request = requestOf(state, metadataOnly === true ? METADATA_LIST : undefined);
  state.resourceVersion = await listPages(client, request, pageSize, (item) => {
    seen.add(keyOf(item.metadata));
    upsert(state, item);
  });
  for (const key of state.store.keys()) {
    if (!seen.has(key)) remove(state, key);
  }
  state.failures = 0;
  if (state.hasSynced) return;
  state.hasSynced = true;
  state.synced.resolve();
}

async function watch<T extends { readonly metadata: ObjectMeta }>(state: State<T>): Promise<void> {
  const { client, metadataOnly, watchTimeoutSeconds, idleTimeoutMs = IDLE_TIMEOUT_MS } = state.options;
  const request = requestOf(state, metadataOnly === true ? METADATA : undefined);
  const timeoutSeconds = watchTimeoutSeconds ?? Math.round(MIN_WATCH_SECONDS * (1 + Math.random()));
  const query = {
    ...request.query,
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: state.resourceVersion,
    timeoutSeconds,
  };
  const begunMs = performance.now();
  let told = false;
  for await (const line of client.stream({ ...request, query, idleTimeoutMs })) {
    if (state.breakOff.signal.aborted) return;
    take(state, JSON.parse(line) as WatchEvent);
    state.failures = 0;
    told = true;
  }
  // A server that ends every watch at once must not be asked without a pause.
  if (!told && performance.now() - begunMs < SHORTEST_WATCH_MS) throw new Error('the watch ended as it began');
  state.failures = 0;
}

/** @throws ApiError for an ERROR event. */
function take<T extends { readonly metadata: ObjectMeta }>(state: State<T>, { type, object }: WatchEvent): void {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      upsert(state, object);
      break;
    case 'DELETED':
      remove(state, keyOf(object.metadata));
      break;
    case 'BOOKMARK':
      break;
    default:
      throw new ApiError(object.code ?? 500, object, undefined);
  }
  state.resourceVersion = object.metadata.resourceVersion;
}

function upsert<T extends { readonly metadata: ObjectMeta }>(state: State<T>, item: KubeObject): void {
  const key = keyOf(item.metadata);
  const previous = state.store.get(key);
  if (previous !== undefined && previous.metadata.resourceVersion === item.metadata.resourceVersion) return;
  const object = state.options.project(item);
  state.store.set(key, object);
  const initial = !state.hasSynced;
  // The same name with another uid: the deletion between the two was missed.
  if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
    tell(state, { type: 'deleted', key, object: previous });
    tell(state, { type: 'added', key, object, initial });
  } else if (previous === undefined) tell(state, { type: 'added', key, object, initial });
  else tell(state, { type: 'updated', key, object, previous, initial });
}

function remove<T>(state: State<T>, key: string): void {
  const object = state.store.get(key);
  if (object === undefined) return;
  state.store.delete(key);
  tell(state, { type: 'deleted', key, object });
}

function tell<T>(state: State<T>, event: InformerEvent<T>): void {
  if (!state.breakOff.signal.aborted) state.options.onEvent?.(event);
}

function keyOf({ namespace, name }: ObjectMeta): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
