/**
 * The metadata of targets, watched by kind from the first Receiver on that needs it. Whoever has to act on a change
 * subscribes.
 */
import type { ObjectMeta } from '../api/meta.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { createInformer, type Informer, type InformerEvent } from '../kube/watch/informer.ts';
import { withoutManagedFields } from '../kube/watch/without-managed-fields.ts';
import type { Logger } from '../observe/log.ts';

export interface TargetMetadata {
  readonly metadata: ObjectMeta;
}

/** A change of one object of a kind; `event` undefined: all may have changed, as the kind was listed anew or is refused. */
export interface TargetChange {
  readonly apiVersion: string;
  readonly kind: string;
  readonly event: InformerEvent<TargetMetadata> | undefined;
}

export interface TargetWatches {
  /** Watches the kind from now on. Undefined: what may be watched does not cover the namespace. */
  watch(type: ResourceType, kind: string, namespace: string): Informer<TargetMetadata> | undefined;
  /** A watch that covers the namespace and knows every object of the kind; none is started. */
  listed(type: ResourceType, namespace: string): Informer<TargetMetadata> | undefined;
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
  readonly log: Logger;
}

interface State {
  readonly options: TargetWatchesOptions;
  readonly informers: Map<string, Informer<TargetMetadata>>;
  readonly refused: Set<Informer<TargetMetadata>>;
  readonly listeners: ((change: TargetChange) => void)[];
}

export function createTargetWatches(options: TargetWatchesOptions): TargetWatches {
  const state: State = { options, informers: new Map(), refused: new Set(), listeners: [] };
  const covers = (namespace: string) => options.namespace === undefined || options.namespace === namespace;
  return {
    watch: (type, kind, namespace) => (covers(namespace) ? informerOf(state, type, kind) : undefined),
    listed(type, namespace) {
      const informer = covers(namespace) ? state.informers.get(idOf(type)) : undefined;
      return informer?.hasSynced === true && !state.refused.has(informer) ? informer : undefined;
    },
    isRefused: (informer) => state.refused.has(informer),
    subscribe: (listener) => void state.listeners.push(listener),
    async stop() {
      await Promise.all([...state.informers.values()].map((informer) => informer.stop()));
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

function informerOf(state: State, type: ResourceType, kind: string): Informer<TargetMetadata> {
  const { client, namespace, log } = state.options;
  const known = state.informers.get(idOf(type));
  if (known !== undefined) return known;
  const announce = (event?: TargetChange['event']) => {
    for (const listener of state.listeners) listener({ apiVersion: type.apiVersion, kind, event });
  };
  const informer = createInformer<TargetMetadata>({
    client,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    metadataOnly: true,
    project: targetMetadata,
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
  state.informers.set(idOf(type), informer);
  informer.start();
  return informer;
}
