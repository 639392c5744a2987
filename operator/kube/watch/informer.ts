/**
 * A copy of a collection, kept true by a list and a watch. Whatever breaks (a stream, a connection, the API server, the
 * history of the watch), it goes on from where it was or lists again, and no change is lost or delivered twice.
 */
import type { ObjectMeta } from '../../api/meta.ts';
import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { ApiError } from '../api-error.ts';
import type { KubeClient, KubeObject, KubeRequest, ResourceType } from '../kube-client.ts';
import { METADATA, METADATA_LIST } from '../metadata-only.ts';
import { pause } from '../pause.ts';
import { type RetryBounds, retryDelayMs } from '../queue/retry-delay.ts';
import { resourcePath } from '../resource-path.ts';
import { listPages } from './list-pages.ts';
import { createObjectStore, type InformerEvent, keyOf, type ObjectStore } from './object-store.ts';
import { type WatchEvent, watchEvents } from './watch-events.ts';

export type { InformerEvent };

export interface Informer<T> {
  start(): void;
  /** Ends the watch; no event follows it. */
  stop(): Promise<void>;
  readonly hasSynced: boolean;
  /** Done after the first whole list; never, if stopped before. */
  whenSynced(): Promise<void>;
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
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
  /** Objects in one answer of a list; default 500. */
  readonly pageSize?: number;
  /** The machine's when absent. */
  readonly clock?: Clock;
  readonly log: Logger;
  /** What it throws is logged; the event counts as delivered. */
  onEvent?(event: InformerEvent<T>): void;
  onError?(error: unknown): void;
  /** After each whole list. */
  onListed?(): void;
  /** The kind may be missing, or forbidden: said once, as no fault. */
  readonly optional?: boolean;
  /** Between attempts that bring nothing; default 0.2 s to 5 s. */
  readonly backoff?: RetryBounds;
  /** The time without a byte after which a watch is broken off and resumed; default 150 s. Bookmarks come every minute. */
  readonly idleTimeoutMs?: number;
  /** How long one watch lasts; default 5 to 10 minutes, by chance. */
  readonly watchTimeoutSeconds?: number;
}

interface State<T> {
  readonly options: InformerOptions<T>;
  readonly clock: Clock;
  readonly store: ObjectStore<T>;
  readonly breakOff: AbortController;
  readonly synced: PromiseWithResolvers<void>;
  hasSynced: boolean;
  /** Where the next watch begins; undefined: list first. */
  resourceVersion: string | undefined;
  /** Attempts in a row that brought nothing. */
  failures: number;
  /** What was last complained about in the log, so that it is once. */
  complaint: string | undefined;
  /** Ends the pause before the next attempt. */
  wake: (() => void) | undefined;
}

const PAGE_SIZE = 500;
const BACKOFF: RetryBounds = { minDelayMs: 200, maxDelayMs: 5_000 };
const IDLE_TIMEOUT_MS = 150_000;
const MIN_WATCH_SECONDS = 300;
/** A watch that lasted so long was a good one, even if nothing happened in it. */
const LIVED_MS = 10_000;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const GONE = 410;
const TOO_MANY_REQUESTS = 429;

export function createInformer<T extends { readonly metadata: ObjectMeta }>(options: InformerOptions<T>): Informer<T> {
  const state: State<T> = {
    options,
    clock: options.clock ?? systemClock,
    store: createObjectStore(options),
    breakOff: new AbortController(),
    synced: Promise.withResolvers(),
    hasSynced: false,
    resourceVersion: undefined,
    failures: 0,
    complaint: undefined,
    wake: undefined,
  };
  const { objects } = state.store;
  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= run(state);
    },
    async stop() {
      state.store.silence();
      state.breakOff.abort();
      state.wake?.();
      await running;
    },
    get hasSynced() {
      return state.hasSynced;
    },
    whenSynced: () => state.synced.promise,
    get: (key) => objects.get(key),
    values: () => objects.values(),
  };
}

async function run<T>(state: State<T>): Promise<void> {
  const { signal } = state.breakOff;
  while (!signal.aborted) {
    try {
      if (state.resourceVersion === undefined) await list(state);
      await watch(state);
    } catch (error) {
      if (!signal.aborted) await recover(state, error);
    }
  }
}

function requestOf<T>(state: State<T>, metadataAccept: string): KubeRequest {
  const { type, namespace, labelSelector, fieldSelector, metadataOnly } = state.options;
  return {
    method: 'GET',
    path: resourcePath(type, { namespace }),
    query: { labelSelector, fieldSelector },
    signal: state.breakOff.signal,
    ...(metadataOnly === true ? { accept: metadataAccept } : {}),
  };
}

/** Without a resourceVersion: the API server answers with what is true now, never with what an old cache holds. */
async function list<T>(state: State<T>): Promise<void> {
  const { client, pageSize = PAGE_SIZE } = state.options;
  const seen = new Set<string>();
  const resourceVersion = await listPages(client, requestOf(state, METADATA_LIST), pageSize, (item) => {
    seen.add(keyOf(item.metadata));
    state.store.put(item, !state.hasSynced);
  });
  for (const key of state.store.objects.keys()) {
    if (!seen.has(key)) state.store.remove(key);
  }
  state.resourceVersion = resourceVersion;
  if (!state.hasSynced) {
    state.hasSynced = true;
    state.synced.resolve();
  }
  state.options.onListed?.();
}

/** Until the server ends it. @throws Error when it breaks, or when the server ended it as soon as it began. */
async function watch<T>(state: State<T>): Promise<void> {
  const { client, watchTimeoutSeconds, idleTimeoutMs = IDLE_TIMEOUT_MS } = state.options;
  const request = requestOf(state, METADATA);
  const timeoutSeconds = watchTimeoutSeconds ?? Math.round(MIN_WATCH_SECONDS * (1 + Math.random()));
  const { clock, resourceVersion } = state;
  const query = { ...request.query, watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
  const begunMs = clock.elapsedMs();
  let came = false;
  try {
    for await (const event of watchEvents(client, { ...request, query, idleTimeoutMs })) {
      if (state.breakOff.signal.aborted) return;
      came = true;
      take(state, event);
    }
  } finally {
    if (came || clock.elapsedMs() - begunMs >= Math.min(LIVED_MS, timeoutSeconds * 1000)) {
      state.failures = 0;
      state.complaint = undefined;
    }
  }
  // A server that ends each watch as it begins must not be asked again without a pause.
  if (clock.elapsedMs() - begunMs < BACKOFF.minDelayMs) throw new Error('the watch ended as it began');
}

function take<T>(state: State<T>, { type, object }: WatchEvent): void {
  if (type === 'DELETED') state.store.remove(keyOf(object.metadata), object);
  else if (type !== 'BOOKMARK') state.store.put(object, false);
  // Only now: were it lost half-way, the next watch would bring it again.
  state.resourceVersion = object.metadata.resourceVersion;
}

async function recover<T>(state: State<T>, error: unknown): Promise<void> {
  const { onError, backoff = BACKOFF } = state.options;
  const status = error instanceof ApiError ? error.httpStatus : undefined;
  if (status !== undefined && mayHideChanges(status)) state.resourceVersion = undefined;
  state.failures += 1;
  if (status === GONE && state.failures === 1) return;
  onError?.(error);
  complain(state, error, status);
  const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  // `onError` may have stopped it.
  if (state.breakOff.signal.aborted) return;
  await pause(state, Math.max(retryDelayMs(state.failures, backoff), askedMs));
}

/** The past that the watch would go on from is gone, or the kind or the right to it was for a while. */
function mayHideChanges(status: number): boolean {
  return status < 500 && status !== UNAUTHORIZED && status !== TOO_MANY_REQUESTS;
}

/** Once for each kind of failure, until the watch works again. */
function complain<T>(state: State<T>, error: unknown, status: number | undefined): void {
  const { log, type, optional = false } = state.options;
  const fields = { resource: type.plural, failures: state.failures, error };
  const complaint = String(status ?? 'no answer');
  if (state.complaint === complaint) log.debug(fields, 'watch failed again');
  else if (optional && (status === NOT_FOUND || status === FORBIDDEN)) {
    const reason = status === FORBIDDEN ? 'the operator may not read it' : 'the API server has no such kind';
    log.info(
      { resource: type.plural, reason },
      'resource not served by the API server: going on without it, and checking again',
    );
  } else log.warn(fields, 'watch failed, it will be resumed');
  state.complaint = complaint;
}
