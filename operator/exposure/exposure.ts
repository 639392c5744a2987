/** Exposes Receivers: finds their URLs, creates the objects they request, follows both, and reports changes. */
import type { ObjectMeta } from '../api/meta.ts';
import type { Receiver } from '../api/receiver/receiver.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import { createWorkQueue, type WorkQueueMetrics } from '../kube/queue/work-queue.ts';
import type { Logger } from '../observe/log.ts';
import { createExposureController } from './controller.ts';
import { createEntries } from './entries.ts';
import { byAge, type Entry, entryOf, isSameEntry } from './entry.ts';
import { ownerOf } from './found/found-url.ts';
import type { EndpointSettings } from './objects.ts';
import { type Concerned, createObservedState } from './observed-state.ts';
import { createPacedKeys } from './paced-keys.ts';
import { pendingAddress } from './pending-address.ts';
import type { PlanContext } from './plan.ts';
import type { Tenancy } from './tenancy.ts';
import { type Exposed, type FoundUrls, type Unfulfilled, urlsAt } from './urls.ts';

export interface Exposure {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the observed state is complete. */
  whenKnown(): Promise<void>;
  /** Creates, changes or deletes the objects of a Receiver, as it requests. @param path undefined: it has none. */
  follow(receiver: Receiver, path: string | undefined): void;
  /** The Receiver is gone. */
  forget(key: string): void;
  /** @param path undefined: it has none. @returns undefined until the observed state is complete. */
  evaluate(receiver: Receiver, path: string | undefined): Exposed | undefined;
  /** This replica leads from now on: everything is reconciled. */
  lead(): void;
}

export interface ExposureSettings {
  readonly endpoints: EndpointSettings;
  /** Name of the operator's own Deployment. */
  readonly deployment: string;
  /** The Service that all Receivers share. */
  readonly receiverService: string;
  readonly tenancy: Tenancy;
}

export interface ExposureOptions {
  readonly client: KubeClient;
  readonly settings: ExposureSettings;
  /** The namespace of the Receivers that are served; undefined: all. */
  readonly namespace: string | undefined;
  readonly queue: { readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly metrics: WorkQueueMetrics;
  readonly log: Logger;
  /** Through which objects are created and deleted. */
  readonly leader: LeaderClient;
  /** Whether every Receiver was followed once, so that what nobody requests may be deleted. */
  readonly isComplete: () => boolean;
  /** `namespace/name` of every Receiver. */
  receivers(): Iterable<string>;
  /** The Receiver that is served at a path. */
  receiverAt(path: string): string | undefined;
  /** The result of `evaluate` for a Receiver may have changed. */
  onStale(key: string): void;
}

/** 250 Receivers a second at most, so that ten thousand are no storm of writes. */
const PACE = { batch: 25, everyMs: 100 };
/** Objects that are written at the same time. */
const CONCURRENT = 2;

export function createExposure(options: ExposureOptions): Exposure {
  const { client, settings, namespace, log, receivers, receiverAt, onStale, leader, isComplete } = options;
  const entries = createEntries();
  const stale = createPacedKeys({ ...PACE, onKey: onStale });
  const live = createObservedState({
    client,
    settings: settings.endpoints,
    deployment: settings.deployment,
    gatewayNamespace: namespace,
    log,
    onChange(concerned) {
      stale.add(keysOf(concerned));
      if (concerned === 'everybody') enqueueAll();
    },
    onObject(object, previous) {
      if (object === undefined) {
        enqueueAll();
        return;
      }
      const { owners, waiting } = concernedBy(object.metadata, previous?.metadata);
      for (const key of [...owners, ...waiting]) enqueue(key, 'front');
      stale.add(owners);
    },
  });
  const controller = createExposureController({
    client: leader.client,
    live,
    entry: entries.get,
    context,
    onOutcome: onStale,
  });
  const queue = createWorkQueue({
    name: 'exposure',
    concurrent: CONCURRENT,
    ...options.queue,
    metrics: options.metrics,
    log,
    reconcile: async (key) => (leader.leads ? controller.reconcile(key) : undefined),
  });

  function context(): PlanContext | undefined {
    const { found, deployment } = live;
    if (found === undefined || !isComplete()) return undefined;
    const { endpoints, receiverService } = settings;
    const { sharers } = entries;
    return { settings: endpoints, deployment, receiverService, found, nowMs: Date.now(), sharers };
  }

  function enqueue(key: string, priority: 'front' | 'backlog'): void {
    // Receivers that are not served here are not known.
    if (namespace !== undefined && !key.startsWith(`${namespace}/`)) return;
    if (leader.leads) queue.add(key, priority);
  }

  function enqueueAll(): void {
    for (const key of entries.keys()) enqueue(key, 'backlog');
    for (const kind of Object.values(live.kinds)) for (const key of kind.indexes()) enqueue(key, 'backlog');
  }

  function put(key: string, entry: Entry | undefined): void {
    const before = entries.get(key);
    const concerned = entries.set(key, entry);
    if (!isSameEntry(before, entry)) for (const each of concerned) enqueue(each, 'front');
  }

  /** The Receivers that own or owned an object, and those that wait for its name. */
  function concernedBy(now: ObjectMeta, before: ObjectMeta | undefined) {
    const owner = ownerOf(now);
    const owners = new Set([owner, before && ownerOf(before)].filter((key) => key !== undefined));
    // The owner may be gone, and its last write may arrive after that of the next one.
    const [oldest] = entries.sharers(now.name).toSorted(byAge);
    const waiting = oldest === undefined || owners.has(oldest.key) ? [] : [oldest.key];
    // A foreign object may cause or end a conflict.
    if (owner === undefined) waiting.push(...entries.troubled());
    return { owners, waiting };
  }

  function* keysOf(concerned: Concerned): Iterable<string> {
    if (concerned === 'everybody') {
      yield* receivers();
      return;
    }
    yield* concerned.receivers;
    for (const path of concerned.paths) {
      const key = receiverAt(path);
      if (key !== undefined) yield key;
    }
  }

  function unfulfilledOf(receiver: Receiver, key: string, found: FoundUrls): Unfulfilled | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.refused !== undefined) return entry.refused;
    if (entry.path === undefined) return undefined;
    if (entry.outcome === undefined) return lastVerdict(receiver);
    const routeOf = (name: string) => live.kinds.HTTPRoute.get(`${settings.endpoints.namespace}/${name}`);
    return entry.outcome.problem ?? pendingAddress(entry, found, routeOf);
  }

  return {
    start() {
      live.start();
      queue.start();
    },
    async stop() {
      stale.stop();
      await Promise.all([queue.stop(), live.stop()]);
    },
    whenKnown: () => live.whenKnown(),
    follow(receiver, path) {
      const key = `${receiver.metadata.namespace}/${receiver.metadata.name}`;
      const own = { namespace: settings.endpoints.namespace, tenancy: settings.tenancy, nowMs: Date.now() };
      const last = entries.get(key);
      const entry = entryOf(receiver, path, last, own);
      if (entry !== undefined || last !== undefined) put(key, entry);
    },
    forget(key) {
      if (entries.get(key) !== undefined) put(key, undefined);
    },
    evaluate(receiver, path) {
      const { found } = live;
      if (found === undefined) return undefined;
      const key = `${receiver.metadata.namespace}/${receiver.metadata.name}`;
      const urls = path === undefined ? [] : urlsAt(found, { key, path });
      return { urls, unfulfilled: unfulfilledOf(receiver, key, found) };
    },
    lead: enqueueAll,
  };
}

/** The verdict in the status, until this process has reconciled the request. */
function lastVerdict({ metadata, status }: Receiver): Unfulfilled | undefined {
  const last = status?.conditions?.find(({ type }) => type === 'Exposed');
  if (last === undefined || last.observedGeneration !== metadata.generation || last.reason === 'NotExposed') {
    return { reason: 'PendingAddress', message: 'the objects of spec.exposure are being created: wait' };
  }
  return last.status === 'True' ? undefined : { reason: last.reason, message: last.message };
}
