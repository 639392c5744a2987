/**
 * The operator framework's base class with its faults replaced: watches by our informer, a work queue with retries
 * instead of one serial line, writes by our client, and no end of the process but main's. The only importer of
 * `@dot-i/k8s-operator`.
 */
import framework, {
  type ResourceEvent,
  ResourceEventType,
  type ResourceMeta,
  ResourceMetaImpl,
} from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import { FIELD_MANAGER } from '../api/receiver.ts';
import type { Logger } from '../observe/log.ts';
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import { mergePatch, type ObjectName } from './operations.ts';
import type { WorkQueueMetrics } from './queue/work-queue.ts';
import { resourcePath } from './resource-path.ts';
import { type KubeConfig, loadKubeConfig } from './transport/kube-config.ts';
import { createWatchedResource, type WatchedResource } from './watch/watched-resource.ts';

export type { ResourceEvent, ResourceMeta };

// It is CommonJS: as its default export Node gives the module, and other loaders the class that is the module's default.
const Operator = typeof framework === 'function' ? framework : framework.default;

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

export abstract class OperatorBase extends Operator {
  readonly client: KubeClient;
  readonly #options: OperatorBaseOptions;
  readonly #watched = new Map<string, WatchedResource>();
  #stopped = false;

  /** @throws Error with one line when there is no cluster to talk to. */
  constructor(options: OperatorBaseOptions) {
    // Before the framework's constructor reads it too, and fails with less to say.
    const config = loadKubeConfig();
    super(lineLogger(options.log));
    this.kubeConfig = config;
    this.#options = options;
    this.client = options.createClient(config);
  }

  /** Ends the watches, lets the reconciles under way come to their end, and closes the connections. */
  override async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(Array.from(this.#watched.values(), (each) => each.stop()));
    await this.client.close();
  }

  /** Whether every object of the first lists has been handled once. */
  protected hasHandledAll(): boolean {
    if (this.#watched.size === 0) return false;
    return [...this.#watched.values()].every((each) => each.hasHandledAll());
  }

  /** The objects watched under that plural, by `namespace/name`. */
  protected watchedKeys(plural: string): Iterable<string> {
    const watched = this.#watched.get(plural);
    if (watched === undefined) throw new Error(`${plural} are not watched`);
    return watched.keys();
  }

  /** Has an object handled again although it has not changed. */
  protected enqueue(plural: string, key: string, priority: 'front' | 'backlog' = 'front'): void {
    this.#watched.get(plural)?.enqueue(key, priority);
  }

  /**
   * `onEvent` gets each object as it is when its turn comes, and must not change it: Modified, or Deleted with what was
   * last known of it. One that comes back under its name before its deletion had its turn is Modified.
   * @throws Error when a resource of that plural is watched already.
   */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
    namespace?: string,
  ): Promise<void> {
    // An init that was still busy when the end came.
    if (this.#stopped) return;
    if (this.#watched.has(plural)) throw new Error(`${plural} are watched already`);
    const type = typeOf(group, version, plural);
    const { log, queue, queueMetrics } = this.#options;
    const watched = createWatchedResource({
      client: this.client,
      type,
      namespace,
      log,
      queue,
      metrics: queueMetrics?.(plural),
      handle: (object, isDeleted) => onEvent(eventOf(type, object, isDeleted)),
    });
    this.#watched.set(plural, watched);
    watched.start();
  }

  /** The URL of a collection on the API server. */
  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const server = this.kubeConfig.getCurrentCluster()?.server ?? '';
    return server.replace(/\/$/, '') + resourcePath(typeOf(group, version, plural), { namespace });
  }

  /** Replaces the status of the object as `meta` knows it. @throws ApiError (409 when it has changed), ConnectionError */
  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const { apiVersion, kind } = meta;
    const body = { apiVersion, kind, metadata: versionOf(meta), status };
    const request = {
      method: 'PUT',
      path: pathOf(meta, 'status'),
      query: { fieldManager: FIELD_MANAGER },
      body,
    } as const;
    return metaOf(meta, await this.client.request<KubeObject>(request));
  }

  /** Merges `status` (RFC 7386) into the object's as `meta` knows it. @throws as `setResourceStatus` */
  protected override async patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const patch = { metadata: versionOf(meta), status };
    return metaOf(meta, await mergePatch(this.client, ...partOf(meta, 'status'), patch));
  }

  /** Replaces the finalizers of the object as `meta` knows it. @throws as `setResourceStatus` */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    await mergePatch(this.client, ...partOf(meta), { metadata: { ...versionOf(meta), finalizers } });
  }

  /**
   * Holds an object's deletion up until `deleteAction` has succeeded; what that throws is tried again.
   * @returns whether that was all there is to do for this event.
   * @throws as `setResourceFinalizers`, and what `deleteAction` throws
   */
  protected override async handleResourceFinalizer(
    event: ResourceEvent,
    finalizer: string,
    deleteAction: (event: ResourceEvent) => Promise<void>,
  ): Promise<boolean> {
    if (event.type === ResourceEventType.Deleted) return false;
    const { deletionTimestamp, finalizers = [] } = event.object.metadata ?? {};
    const isSet = finalizers.includes(finalizer);
    if (deletionTimestamp === undefined) {
      if (!isSet) await this.setResourceFinalizers(event.meta, [...finalizers, finalizer]);
      return !isSet;
    }
    if (!isSet) return true;
    await deleteAction(event);
    const others = finalizers.filter((each) => each !== finalizer);
    await this.setResourceFinalizers(event.meta, others);
    return true;
  }

  /** Not here: CRDs come with the installation, and an operator that may write them could take over a cluster. */
  protected override async registerCustomResourceDefinition(): Promise<never> {
    throw new Error('CRDs are installed with the operator, not by it');
  }

  /** Not here: requests go through `client`. */
  protected override async applyAxiosKubeConfigAuth(): Promise<never> {
    throw new Error('there is no axios here: use the client');
  }

  /** Not here: requests go through `client`. */
  protected override async applyGaxiosKubeConfigAuth(): Promise<never> {
    throw new Error('there is no gaxios here: use the client');
  }
}

function typeOf(group: string, version: string, plural: string): ResourceType {
  return { apiVersion: group === '' ? version : `${group}/${version}`, plural, namespaced: true };
}

/** What a meta's `id` begins with is the plural. */
function partOf({ id, apiVersion, namespace, name }: ResourceMeta, subresource?: string) {
  const type: ResourceType = { apiVersion, plural: id.slice(0, id.indexOf('.')), namespaced: true };
  const part: ObjectName = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  return [type, part] as const;
}

function pathOf(meta: ResourceMeta, subresource: string): string {
  return resourcePath(...partOf(meta, subresource));
}

/** What makes a write fail with a conflict when somebody else was first. */
function versionOf({ namespace, name, resourceVersion }: ResourceMeta) {
  return { name, resourceVersion, ...(namespace === undefined ? {} : { namespace }) };
}

function metaOf({ id }: ResourceMeta, object: KubeObject): ResourceMeta {
  return ResourceMetaImpl.createWithId(id, object as unknown as KubernetesObject);
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
