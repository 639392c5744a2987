/** The ways in of every Receiver: found, made where they are asked for, followed, and told to whoever writes statuses. */
import type { ObjectMeta, Receiver } from '../api/receiver.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import { createWorkQueue, type WorkQueueMetrics } from '../kube/queue/work-queue.ts';
import type { Logger } from '../observe/log.ts';
import { createExposureController } from './controller.ts';
import { createEntries } from './entries.ts';
import { byAge, type Entry, entryOf, isSameEntry } from './entry.ts';
import { ownerOf } from './found/found-url.ts';
import type { DoorSettings } from './objects.ts';
import { type Concerned, createLiveDoors } from './observed-state.ts';
import { createPacedKeys } from './paced-keys.ts';
import { pendingAddress } from './pending-address.ts';
import type { PlanContext } from './plan.ts';
import type { Tenancy } from './tenancy.ts';
import { type Doors, type Exposed, type Unmet, urlsAt } from './urls.ts';

export interface Exposure {
  start(): void;
  stop(): Promise<void>;
  /** Done when all that may lead here was looked at once. */
  whenKnown(): Promise<void>;
  /** Has the doors of a Receiver made, moved or ended, as it wants. @param path undefined: it has none. */
  follow(receiver: Receiver, path: string | undefined): void;
  /** The Receiver is gone. */
  forget(key: string): void;
  /** @param path undefined: it has none. @returns undefined before all that may lead here was looked at once. */
  look(receiver: Receiver, path: string | undefined): Exposed | undefined;
  /** This replica is the one that makes doors now: each is looked at. */
  lead(): void;
}

export interface ExposureSettings {
  readonly doors: DoorSettings;
  /** Name of the operator's own Deployment. */
  readonly deployment: string;
  /** The Service that all Receivers share. */
  readonly receiverService: string;
  readonly tenancy: Tenancy;
}

export interface ExposureOptions {
  readonly client: KubeClient;
  readonly settings: ExposureSettings;
  /** Of the Receivers that are served; undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly queue: { readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly metrics: WorkQueueMetrics;
  readonly log: Logger;
  /** Through which doors are made and ended. */
  readonly leader: LeaderClient;
  /** Whether every Receiver was followed once, so that what nobody wants may be ended. */
  readonly isComplete: () => boolean;
  /** `namespace/name` of every Receiver. */
  receivers(): Iterable<string>;
  /** Who is served at a path. */
  receiverAt(path: string): string | undefined;
  /** What `look` says of a Receiver may be another thing now. */
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
  const live = createLiveDoors({
    client,
    settings: settings.doors,
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
    const { doors, deployment } = live;
    if (doors === undefined || !isComplete()) return undefined;
    const { doors: doorSettings, receiverService } = settings;
    const { sharers } = entries;
    return { settings: doorSettings, deployment, receiverService, doors, nowMs: Date.now(), sharers };
  }

  function enqueue(key: string, priority: 'front' | 'backlog'): void {
    // Of Receivers that are not served here nothing is known.
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

  /** Whose object it is or was, and who may want another one of its name. */
  function concernedBy(now: ObjectMeta, before: ObjectMeta | undefined) {
    const owner = ownerOf(now);
    const owners = new Set([owner, before && ownerOf(before)].filter((key) => key !== undefined));
    // Its owner may be gone, and what it last wrote may come after what the next one wrote.
    const [oldest] = entries.sharers(now.name).toSorted(byAge);
    const waiting = oldest === undefined || owners.has(oldest.key) ? [] : [oldest.key];
    // A foreign object may stand in somebody's way, or no longer.
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

  function unmetOf(receiver: Receiver, key: string, doors: Doors): Unmet | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.refused !== undefined) return entry.refused;
    if (entry.path === undefined) return undefined;
    if (entry.outcome === undefined) return lastVerdict(receiver);
    const routeOf = (name: string) => live.kinds.HTTPRoute.get(`${settings.doors.namespace}/${name}`);
    return entry.outcome.problem ?? pendingAddress(entry, doors, routeOf);
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
      const own = { namespace: settings.doors.namespace, tenancy: settings.tenancy, nowMs: Date.now() };
      const last = entries.get(key);
      const entry = entryOf(receiver, path, last, own);
      if (entry !== undefined || last !== undefined) put(key, entry);
    },
    forget(key) {
      if (entries.get(key) !== undefined) put(key, undefined);
    },
    look(receiver, path) {
      const { doors } = live;
      if (doors === undefined) return undefined;
      const key = `${receiver.metadata.namespace}/${receiver.metadata.name}`;
      const urls = path === undefined ? [] : urlsAt(doors, { key, path });
      return { urls, unmet: unmetOf(receiver, key, doors) };
    },
    lead: enqueueAll,
  };
}

/** What was last said of these wishes, until they have been looked at again. */
function lastVerdict({ metadata, status }: Receiver): Unmet | undefined {
  const last = status?.conditions?.find(({ type }) => type === 'Exposed');
  if (last === undefined || last.observedGeneration !== metadata.generation || last.reason === 'NoDoor') {
    return { reason: 'PendingAddress', message: 'its doors are being made' };
  }
  return last.status === 'True' ? undefined : { reason: last.reason, message: last.message };
}
