/** A watched collection that may not be there: a kind that is not installed yet, or that the operator may not read. */
import { isDeepStrictEqual } from 'node:util';
import type { ObjectMeta } from '../api/meta.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { createKeyIndex } from '../kube/queue/key-index.ts';
import { createInformer, type Informer, type InformerEvent } from '../kube/watch/informer.ts';
import type { Logger } from '../observe/log.ts';

export interface WatchedKind<T> {
  start(): void;
  stop(): Promise<void>;
  /** None while the kind is missing or forbidden. */
  values(): readonly T[];
  /** By `namespace/name`. */
  get(key: string): T | undefined;
  /** Those that `indexOf` says this of. */
  indexed(index: string): readonly T[];
  indexes(): Iterable<string>;
  /** Whether it was listed, or is known to be missing or forbidden; also before the start. */
  readonly isSettled: boolean;
}

export interface WatchedKindOptions<T> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly fieldSelector?: string;
  project(object: KubeObject): T;
  /** A second key by which objects are found. */
  indexOf?(object: T): string | undefined;
  readonly log: Logger;
  /** Something that is kept differs; undefined: all may, after a list or a refusal. */
  onChange(object: T | undefined, previous?: T): void;
}

/** Between two lists while a kind is missing: cheap, and soon enough after it is installed. */
const BACKOFF = { minDelayMs: 1_000, maxDelayMs: 15_000 };

export function createWatchedKind<T extends { readonly metadata: ObjectMeta }>(
  options: WatchedKindOptions<T>,
): WatchedKind<T> {
  const { client, type, namespace, fieldSelector, project, indexOf, log, onChange } = options;
  const keys = createKeyIndex();
  let started = false;
  let refused = false;

  function index(event: InformerEvent<T>): void {
    keys.set(event.key, event.type === 'deleted' ? undefined : indexOf?.(event.object));
  }

  const informer: Informer<T> = createInformer<T>({
    client,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    project,
    log,
    optional: true,
    backoff: BACKOFF,
    onEvent(event) {
      index(event);
      // After a list, one call for all.
      if (!informer.hasSynced || isSameToUs(event)) return;
      onChange(event.object, event.type === 'updated' ? event.previous : undefined);
    },
    onListed() {
      refused = false;
      onChange(undefined);
    },
    onError(error) {
      if (refused || !isRefusal(error)) return;
      refused = true;
      onChange(undefined);
    },
  });
  return {
    start() {
      started = true;
      informer.start();
    },
    stop: () => informer.stop(),
    values: () => (refused ? [] : [...informer.values()]),
    get: (key) => (refused ? undefined : informer.get(key)),
    indexed: (at) => (refused ? [] : keys.keysOf(at).flatMap((key) => informer.get(key) ?? [])),
    indexes: () => keys.referred(),
    get isSettled() {
      return !started || informer.hasSynced || refused;
    },
  };
}

function isRefusal(error: unknown): boolean {
  return isForbidden(error) || isNotFound(error);
}

function isSameToUs<T extends { readonly metadata: ObjectMeta }>(event: InformerEvent<T>): boolean {
  if (event.type !== 'updated' || event.previous === undefined) return false;
  return isDeepStrictEqual(withoutVersion(event.previous), withoutVersion(event.object));
}

function withoutVersion<T extends { readonly metadata: ObjectMeta }>(object: T): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
}
