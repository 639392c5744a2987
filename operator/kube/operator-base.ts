/**
 * Replaces the faults of the operator framework's base class: watches run on our informer, a work queue with retries
 * takes the place of one serial queue, writes go through our client, and only main ends the process. The only importer
 * of `@dot-i/k8s-operator`. Of the framework's other helpers nothing is used: CRDs come with the installation, and
 * statuses and finalizers are written by `client`.
 */
import framework, { type ResourceEvent, ResourceEventType, ResourceMetaImpl } from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Logger } from '../observe/log.ts';
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import type { WorkQueueMetrics } from './queue/work-queue.ts';
import { type KubeConfig, loadKubeConfig } from './transport/kube-config.ts';
import { createWatchedResource, type WatchedResource, type WatchedResourceOptions } from './watch/watched-resource.ts';

export type { ResourceEvent };

// It is CommonJS: as its default export Node gives the module, and other loaders the class that is the module's default.
const Operator = typeof framework === 'function' ? framework : framework.default;

export { ResourceEventType };

/** Handles one event; what it throws is retried with back-off. */
// biome-ignore lint/suspicious/noConfusingVoidType: the framework's handlers return nothing.
export type OnEvent = (event: ResourceEvent) => Promise<void | { readonly requeueAfterMs: number }>;

/** How the queues of the watched resources work. */
export interface QueueSettings {
  /** Objects of one resource that are handled at the same time. */
  readonly concurrent: number;
  /** The delay after the first failure; it doubles with each. */
  readonly minRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

export interface OperatorBaseOptions {
  readonly log: Logger;
  readonly queue: QueueSettings;
  readonly createClient: (config: KubeConfig) => KubeClient;
}

export abstract class OperatorBase extends Operator {
  readonly client: KubeClient;
  readonly queue: QueueSettings;
  readonly log: Logger;
  readonly #watched = new Map<string, WatchedResource>();
  #stopped = false;

  /** @throws Error with one line when there is no cluster to talk to. */
  constructor({ log, queue, createClient }: OperatorBaseOptions) {
    // Before the framework's constructor reads it too, and fails with less to say.
    const config = loadKubeConfig();
    super(lineLogger(log));
    this.kubeConfig = config;
    this.log = log;
    this.queue = queue;
    this.client = createClient(config);
  }

  /** Ends the watches, lets the reconciles under way come to their end, and closes the connections. */
  override async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(Array.from(this.#watched.values(), (each) => each.stop()));
    await this.client.close();
  }

  /** A resource that is watched already. @throws Error when it is not. */
  protected watched({ apiVersion, plural }: ResourceType): WatchedResource {
    const watched = this.#watched.get(`${apiVersion}/${plural}`);
    if (watched === undefined) throw new Error(`${plural} are not watched`);
    return watched;
  }

  /**
   * `onEvent` gets each object as it is when its turn comes, and must not change it: Modified, or Deleted with what was
   * last known of it. One that comes back under its name before its deletion had its turn is Modified.
   * @param settings the metrics of the resource's queue, and whether an installation may lack it.
   * @throws Error when the resource is watched already.
   */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
    namespace?: string,
    settings: Pick<WatchedResourceOptions, 'optional'> & { readonly metrics?: WorkQueueMetrics } = {},
  ): Promise<void> {
    const type: ResourceType = { apiVersion: group === '' ? version : `${group}/${version}`, plural, namespaced: true };
    const key = `${type.apiVersion}/${plural}`;
    if (this.#watched.has(key)) throw new Error(`${plural} are watched already`);
    const watched = createWatchedResource({
      client: this.client,
      type,
      namespace,
      log: this.log,
      queue: this.queue,
      metrics: settings.metrics,
      optional: settings.optional ?? false,
      handle: (object, isDeleted) => onEvent(eventOf(type, object, isDeleted)),
    });
    this.#watched.set(key, watched);
    // Not for an init that was still busy when the end came.
    if (!this.#stopped) watched.start();
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
  // The framework's type has Dates where JSON has text.
  const object = { kind: type.plural, ...known, apiVersion: type.apiVersion } as unknown as KubernetesObject;
  return {
    meta: ResourceMetaImpl.createWithPlural(type.plural, object),
    object,
    type: isDeleted ? ResourceEventType.Deleted : ResourceEventType.Modified,
  };
}
