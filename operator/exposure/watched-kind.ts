/** A watched collection that may not be there: a kind that is not installed yet, or that the operator may not read. */
import { isDeepStrictEqual } from 'node:util';
import type { ObjectMeta } from '../api/meta.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { createKeyIndex, type KeyIndex } from '../kube/queue/key-index.ts';
import { createInformer, type Informer, type InformerEvent } from '../kube/watch/informer.ts';
import type { Clock } from '../observe/clock.ts';
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
  /** Whether it was listed, and is neither missing nor forbidden. */
  readonly isKnown: boolean;
}

export interface WatchedKindOptions<T> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly fieldSelector?: string;
  /** Watches `metadata` alone. */
  readonly metadataOnly?: boolean;
  project(object: KubeObject): T;
  /** A second key by which objects are found. */
  indexOf?(object: T): string | undefined;
  /** The machine's when absent. */
  readonly clock?: Clock;
  readonly log: Logger;
  /** Something that is kept differs; undefined: all may, after a list or a refusal. */
  onChange(object: T | undefined, previous?: T): void;
}

/** Between two lists while a kind is missing: cheap, and soon enough after it is installed. */
const BACKOFF = { minDelayMs: 1_000, maxDelayMs: 15_000 };

interface State<T extends { readonly metadata: ObjectMeta }> {
  readonly options: WatchedKindOptions<T>;
  readonly informer: Informer<T>;
  readonly index: KeyIndex;
  started: boolean;
  /** The API server does not have the kind, or forbids it. */
  refused: boolean;
}

export function createWatchedKind<T extends { readonly metadata: ObjectMeta }>(
  options: WatchedKindOptions<T>,
): WatchedKind<T> {
  const state: State<T> = {
    options,
    informer: createInformer<T>({
      ...options,
      optional: true,
      backoff: BACKOFF,
      onEvent: (event) => onEvent(state, event),
      onListed() {
        state.refused = false;
        options.onChange(undefined);
      },
      onError: (error) => onError(state, error),
    }),
    index: createKeyIndex(),
    started: false,
    refused: false,
  };
  const { informer, index } = state;
  return {
    start() {
      state.started = true;
      informer.start();
    },
    stop: () => informer.stop(),
    values: () => (state.refused ? [] : [...informer.values()]),
    get: (key) => (state.refused ? undefined : informer.get(key)),
    indexed: (at) => (state.refused ? [] : index.keysOf(at).flatMap((key) => informer.get(key) ?? [])),
    indexes: () => index.referred(),
    get isSettled() {
      return !state.started || informer.hasSynced || state.refused;
    },
    get isKnown() {
      return informer.hasSynced && !state.refused;
    },
  };
}

function onEvent<T extends { readonly metadata: ObjectMeta }>(state: State<T>, event: InformerEvent<T>): void {
  const { options, informer, index } = state;
  index.set(event.key, event.type === 'deleted' ? undefined : options.indexOf?.(event.object));
  // After a list, one call for all.
  if (!informer.hasSynced || isSameToUs(event)) return;
  options.onChange(event.object, event.type === 'updated' ? event.previous : undefined);
}

function onError<T extends { readonly metadata: ObjectMeta }>(state: State<T>, error: unknown): void {
  if (state.refused || !isRefusal(error)) return;
  state.refused = true;
  state.options.onChange(undefined);
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
