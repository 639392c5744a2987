/**
 * Targets, watched by kind from the first Receiver on that needs it: their metadata, for filters, and of Flux's own kinds
 * how far they are, for what follows deliveries. One watch a kind gives both. Whoever has to act on a change subscribes.
 */
import { fluxKinds } from '../api/flux-kinds.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { createInformer, type Informer, type InformerEvent } from '../kube/watch/informer.ts';
import { withoutManagedFields } from '../kube/watch/without-managed-fields.ts';
import type { Logger } from '../observe/log.ts';
import { type ObservedTarget, observedTarget } from './observed-target.ts';

export interface TargetMetadata {
  readonly metadata: ObjectMeta;
}

/** A target that is watched. */
export interface WatchedTarget extends TargetMetadata {
  /** Of a kind that is followed. */
  readonly observed?: ObservedTarget;
}

/** A change of one object of a kind; `event` undefined: all may have changed, as the kind was listed anew or is refused. */
export interface TargetChange {
  readonly apiVersion: string;
  readonly kind: string;
  readonly event: InformerEvent<WatchedTarget> | undefined;
}

/** A target as far as it is known. */
export interface KnownTarget {
  readonly type: ResourceType;
  /** Undefined: there is no such object, or it is not listed yet. */
  readonly observed: ObservedTarget | undefined;
}

export interface TargetWatches {
  /** Watches the kind from now on. Undefined: what may be watched does not cover the namespace. */
  watch(type: ResourceType, kind: string, namespace: string): Informer<TargetMetadata> | undefined;
  /** Follows how far objects of the kind are, from now on, where they are followed at all. */
  follow(type: ResourceType, kind: string, namespace: string): void;
  /** A watch that covers the namespace and knows every object of the kind, with its labels if need be; none is started. */
  listed(type: ResourceType, namespace: string, needsLabels: boolean): Informer<TargetMetadata> | undefined;
  /** Undefined: it is not followed. @param key `namespace/name` */
  find(kind: string, key: string): KnownTarget | undefined;
  /** Every object of a kind that is followed. */
  observed(kind: string): Iterable<ObservedTarget>;
  /** Whether the API server refuses the list: nobody should wait for it. */
  isRefused(informer: Informer<TargetMetadata>): boolean;
  /** The listener must not throw. */
  subscribe(listener: (change: TargetChange) => void): void;
  stop(): Promise<void>;
}

export interface TargetWatchesOptions {
  readonly client: KubeClient;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Whether targets are followed. */
  readonly follows: boolean;
  readonly log: Logger;
}

interface Watched {
  readonly type: ResourceType;
  readonly kind: string;
  readonly informer: Informer<WatchedTarget>;
  readonly isFollowed: boolean;
  /** False: no more than its name is kept of an object's metadata. */
  readonly hasMetadata: boolean;
}

interface State {
  readonly options: TargetWatchesOptions;
  readonly watches: Map<string, Watched>;
  readonly refused: Set<Informer<TargetMetadata>>;
  readonly listeners: ((change: TargetChange) => void)[];
}

/** Of whole objects: a page is in memory as text. */
const FOLLOWED_PAGE = 200;
/** What nobody waits for is asked for less and less often while the right to it is missing. */
const FOLLOWED_BACKOFF = { minDelayMs: 200, maxDelayMs: 60_000 };

export function createTargetWatches(options: TargetWatchesOptions): TargetWatches {
  const state: State = { options, watches: new Map(), refused: new Set(), listeners: [] };
  const covers = (namespace: string) => options.namespace === undefined || options.namespace === namespace;
  return {
    watch: (type, kind, namespace) => (covers(namespace) ? watch(state, type, kind, true).informer : undefined),
    follow(type, kind, namespace) {
      if (covers(namespace) && isFollowed(state, type, kind)) watch(state, type, kind, false);
    },
    listed(type, namespace, needsLabels) {
      const watched = covers(namespace) ? state.watches.get(idOf(type)) : undefined;
      if (watched === undefined || (needsLabels && !watched.hasMetadata)) return undefined;
      const { informer } = watched;
      return informer.hasSynced && !state.refused.has(informer) ? informer : undefined;
    },
    find: (kind, key) => find(state, kind, key),
    *observed(kind) {
      for (const watched of state.watches.values()) {
        if (watched.kind !== kind) continue;
        for (const { observed } of watched.informer.values()) if (observed !== undefined) yield observed;
      }
    },
    isRefused: (informer) => state.refused.has(informer),
    subscribe: (listener) => void state.listeners.push(listener),
    async stop() {
      await Promise.all([...state.watches.values()].map(({ informer }) => informer.stop()));
    },
  };
}

/** What filters may see of a target; the rest of its metadata is bulk. */
export function targetMetadata({ metadata }: KubeObject): TargetMetadata {
  return { metadata: withoutManagedFields(metadata) };
}

function idOf({ apiVersion, plural }: ResourceType): string {
  return `${apiVersion}/${plural}`;
}

function isFollowed({ options }: State, { apiVersion }: ResourceType, kind: string): boolean {
  return options.follows && fluxKinds.some((known) => known.kind === kind && apiVersion.startsWith(`${known.group}/`));
}

function find(state: State, kind: string, key: string): KnownTarget | undefined {
  let found: KnownTarget | undefined;
  for (const { type, kind: ofKind, informer, isFollowed: follows } of state.watches.values()) {
    if (ofKind !== kind || !follows || state.refused.has(informer)) continue;
    const observed = informer.get(key)?.observed;
    if (observed !== undefined) return { type, observed };
    found = { type, observed };
  }
  return found;
}

function watch(state: State, type: ResourceType, kind: string, needsMetadata: boolean): Watched {
  const known = state.watches.get(idOf(type));
  if (known !== undefined && (known.hasMetadata || !needsMetadata)) return known;
  const watched: Watched = {
    ...{ type, kind, isFollowed: isFollowed(state, type, kind), hasMetadata: needsMetadata },
    informer: informerOf(state, type, kind, needsMetadata),
  };
  state.watches.set(idOf(type), watched);
  if (known !== undefined) {
    state.refused.delete(known.informer);
    void known.informer.stop();
  }
  watched.informer.start();
  return watched;
}

function informerOf(state: State, type: ResourceType, kind: string, hasMetadata: boolean): Informer<WatchedTarget> {
  const { client, namespace, log } = state.options;
  const announce = (event?: TargetChange['event']) => {
    for (const listener of state.listeners) listener({ apiVersion: type.apiVersion, kind, event });
  };
  const follows = isFollowed(state, type, kind);
  const informer = createInformer<WatchedTarget>({
    client,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    ...(follows ? { pageSize: FOLLOWED_PAGE } : { metadataOnly: true }),
    ...(hasMetadata ? {} : { optional: true, backoff: FOLLOWED_BACKOFF }),
    project(object) {
      const { metadata } = hasMetadata ? targetMetadata(object) : { metadata: nameOf(object) };
      return follows ? { metadata, observed: observedTarget(kind, object) } : { metadata };
    },
    log: log.child({ kind }),
    // The first list is announced as a whole.
    onEvent: (event) => (event.type !== 'deleted' && event.initial ? undefined : announce(event)),
    onError(error) {
      if (!isForbidden(error) && !isNotFound(error)) return;
      state.refused.add(informer);
      announce();
    },
    onListed() {
      state.refused.delete(informer);
      announce();
    },
  });
  return informer;
}

/** What an informer cannot do without. */
function nameOf({ metadata }: KubeObject): ObjectMeta {
  const { namespace, name, resourceVersion } = metadata;
  return { ...(namespace === undefined ? {} : { namespace }), name, resourceVersion } as ObjectMeta;
}
