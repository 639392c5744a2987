/**
 * One watched resource: an informer that says what has changed, and a work queue that has each changed object handled
 * as it is when its turn comes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../observe/log.ts';
import { ConnectionError, isForbidden, isNotFound } from '../api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube-client.ts';
import { createWorkQueue, type WorkQueue, type WorkQueueMetrics } from '../queue/work-queue.ts';
import { createInformer, type Informer, type InformerEvent } from './informer.ts';
import { keyOf } from './object-store.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

export interface WatchedResource {
  start(): void;
  /** Done when what runs has ended. */
  stop(): Promise<void>;
  /** Whether every object of the first list has been handled once. */
  hasHandledAll(): boolean;
  /** Why there is nothing to handle, as the API server said last: of a resource that is `optional` alone. */
  absence(): Absence | undefined;
  /** `namespace/name` of each object. */
  keys(): string[];
  /** Whether there is such an object, as `namespace/name`. */
  has(key: string): boolean;
  /** The object as it is known, which belongs to the watch and must not be changed. */
  get(key: string): KubeObject | undefined;
  /** All of them; as {@link get}. */
  values(): IterableIterator<KubeObject>;
  /** Has an object handled again although it has not changed. */
  enqueue(key: string, priority: 'front' | 'backlog'): void;
}

/** The API server has no such kind, as before its CRD is installed; or the operator may not read it. */
export type Absence = 'no such kind' | 'forbidden';

export interface WatchedResourceOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly log: Logger;
  readonly queue: { readonly concurrent: number; readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly metrics: WorkQueueMetrics | undefined;
  readonly handle: Handle;
  /** An installation may lack it: that is told once and is no fault, and it is handled when it comes. */
  readonly optional?: boolean;
}

/** `object` is the informer's own: not to be changed. What is thrown is tried again with back-off. */
// biome-ignore lint/suspicious/noConfusingVoidType: most have nothing to say.
export type Handle = (object: KubeObject, isDeleted: boolean) => Promise<void | { readonly requeueAfterMs: number }>;

interface State {
  readonly informer: Informer<KubeObject>;
  /** As each was when it was deleted, until that has been handled. */
  readonly deleted: Map<string, KubeObject>;
  /** Of the first list and not yet handled. */
  readonly unseen: Set<string>;
}

/** Everything but the bookkeeping of field managers is kept of an object. */
export function createWatchedResource(options: WatchedResourceOptions): WatchedResource {
  const { client, type, namespace, log, metrics, optional = false } = options;
  let absence: Absence | undefined;
  const deleted = new Map<string, KubeObject>();
  const unseen = new Set<string>();
  const queue: WorkQueue = createWorkQueue({
    name: type.plural,
    ...options.queue,
    reconcile: (key) => reconcile({ informer, deleted, unseen }, options.handle, key),
    log,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const informer: Informer<KubeObject> = createInformer<KubeObject>({
    client,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    project: withoutBulk,
    log,
    optional,
    onListed() {
      absence = undefined;
    },
    onError(error) {
      if (optional) absence = absenceOf(error) ?? absence;
    },
    onEvent(event) {
      if (event.type === 'deleted') deleted.set(event.key, event.object);
      else deleted.delete(event.key);
      const initial = event.type !== 'deleted' && event.initial;
      if (initial) unseen.add(event.key);
      queue.add(event.key, initial || isStatusAlone(event) ? 'backlog' : 'front');
    },
  });
  return {
    start() {
      informer.start();
      queue.start();
    },
    stop: async () => void (await Promise.all([informer.stop(), queue.stop()])),
    hasHandledAll: () => informer.hasSynced && unseen.size === 0,
    absence: () => absence,
    keys: () => Array.from(informer.values(), ({ metadata }) => keyOf(metadata)),
    has: (key) => informer.get(key) !== undefined,
    get: (key) => informer.get(key),
    values: () => informer.values(),
    enqueue: (key, priority) => queue.add(key, priority),
  };
}

function absenceOf(error: unknown): Absence | undefined {
  if (isNotFound(error)) return 'no such kind';
  return isForbidden(error) ? 'forbidden' : undefined;
}

async function reconcile({ informer, deleted, unseen }: State, handle: Handle, key: string): ReturnType<Handle> {
  const current = informer.get(key);
  const last = current ?? deleted.get(key);
  try {
    const result = last === undefined ? undefined : await handle(last, current === undefined);
    if (current === undefined && deleted.get(key) === last) deleted.delete(key);
    unseen.delete(key);
    return result;
  } catch (error) {
    // An object that cannot be handled counts as handled; an API server that is away says nothing of it.
    if (!(error instanceof ConnectionError)) unseen.delete(key);
    throw error;
  }
}

/** Nothing was asked for: mostly the echo of what was written here. */
function isStatusAlone(event: InformerEvent<KubeObject>): boolean {
  if (event.type !== 'updated' || event.previous === undefined) return false;
  const { metadata: before } = event.previous;
  const { metadata: now } = event.object;
  return now.generation !== undefined && isDeepStrictEqual({ ...before, resourceVersion: now.resourceVersion }, now);
}

function withoutBulk(object: KubeObject): KubeObject {
  return { ...object, metadata: withoutManagedFields(object.metadata) };
}
