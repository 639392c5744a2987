/**
 * The operator framework's base class with its faults replaced: watches by our informer, a work queue with retries
 * instead of one serial line, writes by our client, and no end of the process but main's. The only importer of
 * `@dot-i/k8s-operator`.
 */
import k8sOperator, { type ResourceEvent, type ResourceMeta } from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Logger } from '../observe/log.ts';
import { ConnectionError } from './api-error.ts';
import { createInformer, type Informer } from './informer.ts';
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import { type KubeConfig, loadKubeConfig } from './kube-config.ts';
import { createWorkQueue, type WorkQueue, type WorkQueueMetrics } from './work-queue.ts';

export type { ResourceEvent, ResourceMeta };

const { default: Operator, ResourceEventType, ResourceMetaImpl } = k8sOperator;

export { ResourceEventType };

/** Handles one event; what it throws is tried again with back-off. */
// biome-ignore lint/suspicious/noConfusingVoidType: the framework's handlers return nothing.
export type OnEvent = (event: ResourceEvent) => Promise<void | { readonly requeueAfterMs: number }>;

export interface OperatorBaseOptions {
  readonly log: Logger;
  readonly queue: { readonly concurrent: number; readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  /** The metrics of the queue of that name. */
  readonly queueMetrics?: (name: string) => WorkQueueMetrics;
  readonly createClient: (config: KubeConfig) => KubeClient;
}

interface Watched {
  readonly informer: Informer<KubeObject>;
  readonly queue: WorkQueue;
  /** As each was when it was deleted, until that has been handled. */
  readonly deleted: Map<string, KubeObject>;
  /** Of the first list and not yet handled. */
  readonly unseen: Set<string>;
}

export abstract class OperatorBase extends Operator {
  readonly client: KubeClient;
  readonly #options: OperatorBaseOptions;
  readonly #watched = new Map<string, Watched>();

  /** @throws Error with one line when there is no cluster to talk to. */
  constructor(options: OperatorBaseOptions) {
    // Before the framework's constructor reads it too, and fails with less to say.
    const config = loadKubeConfig();
    super(lineLogger(options.log));
    this.#options = options;
    this.client = options.createClient(config);
  }

  /** Ends the watches, lets the reconciles under way come to their end, and closes the connections. */
  override async stop(): Promise<void> {
    const watched = [...this.#watched.values()];
    await Promise.all(watched.flatMap(({ informer, queue }) => [informer.stop(), queue.stop()]));
    await this.client.close();
  }

  /** Whether every object of the first lists has been handled once. */
  protected hasHandledAll(): boolean {
    if (this.#watched.size === 0) return false;
    return [...this.#watched.values()].every(({ informer, unseen }) => informer.hasSynced && unseen.size === 0);
  }

  /** The objects watched under that plural, by `namespace/name`. */
  protected watchedKeys(plural: string): Iterable<string> {
    const keys: string[] = [];
    for (const { metadata } of this.#of(plural).informer.values()) keys.push(keyOf(metadata));
    return keys;
  }

  /** Has an object handled again although it has not changed. */
  protected enqueue(plural: string, key: string, priority: 'front' | 'backlog' = 'front'): void {
    this.#watched.get(plural)?.queue.add(key, priority);
  }

  /** `onEvent` gets each object as it is when its turn comes: Modified, or Deleted with what was last known of it. */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
    namespace?: string,
  ): Promise<void> {
    const type: ResourceType = { apiVersion: group === '' ? version : `${group}/${version}`, plural, namespaced: true };
    const watched = this.#watch(type, onEvent, namespace);
    this.#watched.set(plural, watched);
    watched.informer.start();
    watched.queue.start();
  }

  #of(plural: string): Watched {
    const watched = this.#watched.get(plural);
    if (watched === undefined) throw new Error(`${plural} are not watched`);
    return watched;
  }

  #watch(type: ResourceType, onEvent: OnEvent, namespace: string | undefined): Watched {
    const { log, queue: queueOptions, queueMetrics } = this.#options;
    const deleted = new Map<string, KubeObject>();
    const unseen = new Set<string>();
    const reconcile = async (key: string) => {
      const current = informer.get(key);
      const last = current ?? deleted.get(key);
      try {
        const result = last === undefined ? undefined : await onEvent(eventOf(type, last, current === undefined));
        if (current === undefined && deleted.get(key) === last) deleted.delete(key);
        unseen.delete(key);
        return result;
      } catch (error) {
        // An object that cannot be handled is one that was looked at; an API server that is away says nothing of it.
        if (!(error instanceof ConnectionError)) unseen.delete(key);
        throw error;
      }
    };
    const metrics = queueMetrics?.(type.plural);
    const queue = createWorkQueue({
      name: type.plural,
      ...queueOptions,
      reconcile,
      log,
      ...(metrics === undefined ? {} : { metrics }),
    });
    const informer: Informer<KubeObject> = createInformer<KubeObject>({
      client: this.client,
      type,
      ...(namespace === undefined ? {} : { namespace }),
      project: withoutBulk,
      log,
      onEvent(event) {
        if (event.type === 'deleted') deleted.set(event.key, event.object);
        else deleted.delete(event.key);
        const initial = event.type !== 'deleted' && event.initial;
        if (initial) unseen.add(event.key);
        queue.add(event.key, initial ? 'backlog' : 'front');
      },
    });
    return { informer, queue, deleted, unseen };
  }
}

function lineLogger(log: Logger) {
  return {
    debug: (message: string) => log.debug(message),
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  };
}

function eventOf(type: ResourceType, known: KubeObject, isDeleted: boolean): ResourceEvent {
  // Items of a list do not say what they are. The framework's type has Dates where JSON has text.
  const object = {
    ...known,
    apiVersion: type.apiVersion,
    kind: known.kind ?? type.plural,
  } as unknown as KubernetesObject;
  return {
    meta: ResourceMetaImpl.createWithPlural(type.plural, object),
    object,
    type: isDeleted ? ResourceEventType.Deleted : ResourceEventType.Modified,
  };
}

function withoutBulk(object: KubeObject): KubeObject {
  const { managedFields: _bulk, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}

function keyOf({ namespace, name }: KubeObject['metadata']): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
