/** Exposes Receivers: finds their URLs, creates the objects they request, follows both, and reports changes. */
import { isExposureReason } from '../api/exposure-reasons.ts';
import type { ObjectMeta } from '../api/meta.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import { createWorkQueue, type WorkQueue, type WorkQueueMetrics } from '../kube/queue/work-queue.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { Concerned } from './concerned.ts';
import { createExposureController } from './controller.ts';
import { createEntries, type Entries } from './entries.ts';
import { byAge, type Exposable, entryOf, isSameEntry } from './entry.ts';
import { ownerOf } from './found/found-url.ts';
import type { EndpointSettings } from './observed-objects.ts';
import { createObservedState, type ObservedState } from './observed-state.ts';
import { createPacedKeys, type PacedKeys } from './paced-keys.ts';
import type { PlanContext } from './plan.ts';
import { BEING_CREATED, requestFault } from './request-fault.ts';
import type { Tenancy } from './tenancy.ts';
import { type Exposed, exposedAt, type FoundUrls, type Unfulfilled } from './urls.ts';

export interface Exposure {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the observed state is complete. */
  whenKnown(): Promise<void>;
  /** Creates, changes or deletes the objects of a Receiver, as it requests. @param path undefined: it has none. */
  follow(receiver: Exposable, path: string | undefined): void;
  /** The Receiver is gone. */
  forget(key: string): void;
  /** @param path undefined: it has none. @returns undefined until the observed state is complete. */
  evaluate(receiver: Exposable, path: string | undefined): Exposed | undefined;
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
  readonly clock: Clock;
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

interface State {
  readonly options: ExposureOptions;
  readonly entries: Entries;
  readonly observed: ObservedState;
  /** Receivers whose status may be out of date. */
  readonly stale: PacedKeys;
  readonly queue: WorkQueue;
}

export function createExposure(options: ExposureOptions): Exposure {
  const { client, settings, namespace, log, clock, leader, onStale } = options;
  const entries = createEntries();
  const observed = createObservedState({
    ...{ client, clock, log, settings: settings.endpoints, deployment: settings.deployment },
    gatewayNamespace: namespace,
    onChange: (concerned) => onUrls(state, concerned),
    onObject: (object, previous) => onObject(state, object?.metadata, previous?.metadata),
  });
  const controller = createExposureController({
    client: leader.client,
    live: observed,
    entry: entries.get,
    context: () => planContext(state),
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
  const stale = createPacedKeys({ ...PACE, clock, onKey: onStale });
  const state: State = { options, entries, observed, stale, queue };
  return {
    start() {
      observed.start();
      queue.start();
    },
    async stop() {
      stale.stop();
      await Promise.all([queue.stop(), observed.stop()]);
    },
    whenKnown: () => observed.whenKnown(),
    follow: (receiver, path) => follow(state, receiver, path),
    forget: (key) => put(state, key, undefined),
    evaluate: (receiver, path) => evaluate(state, receiver, path),
    lead: () => enqueueAll(state),
  };
}

/** The URLs of some Receivers differ, and with them what may be planned. */
function onUrls(state: State, concerned: Concerned): void {
  state.stale.add(keysOf(state, concerned));
  if (concerned === 'everybody') enqueueAll(state);
}

/** An object of the kinds that are made for Receivers differs; undefined: all may. */
function onObject(state: State, now: ObjectMeta | undefined, before: ObjectMeta | undefined): void {
  if (now === undefined) {
    enqueueAll(state);
    return;
  }
  const { owners, waiting } = concernedBy(state, now, before);
  for (const key of [...owners, ...waiting]) enqueue(state, key, 'front');
  state.stale.add(owners);
}

function planContext({ options, entries, observed }: State): PlanContext | undefined {
  const { found, deployment } = observed;
  if (found === undefined || !options.isComplete()) return undefined;
  const { endpoints, receiverService } = options.settings;
  const { sharers } = entries;
  return { settings: endpoints, deployment, receiverService, found, nowMs: options.clock.now(), sharers };
}

function enqueue({ options, queue }: State, key: string, priority: 'front' | 'backlog'): void {
  const { namespace, leader } = options;
  // Receivers that are not served here are not known.
  if (namespace !== undefined && !key.startsWith(`${namespace}/`)) return;
  if (leader.leads) queue.add(key, priority);
}

function enqueueAll(state: State): void {
  for (const key of state.entries.keys()) enqueue(state, key, 'backlog');
  for (const kind of Object.values(state.observed.kinds)) {
    for (const key of kind.indexes()) enqueue(state, key, 'backlog');
  }
}

function follow(state: State, receiver: Exposable, path: string | undefined): void {
  const { settings, clock } = state.options;
  const key = keyOf(receiver);
  const own = { namespace: settings.endpoints.namespace, tenancy: settings.tenancy, nowMs: clock.now() };
  put(state, key, entryOf(receiver, path, state.entries.get(key), own));
}

function put(state: State, key: string, entry: ReturnType<typeof entryOf>): void {
  const before = state.entries.get(key);
  if (before === undefined && entry === undefined) return;
  const concerned = state.entries.set(key, entry);
  if (!isSameEntry(before, entry)) for (const each of concerned) enqueue(state, each, 'front');
}

/** The Receivers that own or owned an object, and those that wait for its name. */
function concernedBy({ entries }: State, now: ObjectMeta, before: ObjectMeta | undefined) {
  const owner = ownerOf(now);
  const owners = new Set([owner, before && ownerOf(before)].filter((key) => key !== undefined));
  // The owner may be gone, and its last write may arrive after that of the next one.
  const [oldest] = entries.sharers(now.name).toSorted(byAge);
  const waiting = oldest === undefined || owners.has(oldest.key) ? [] : [oldest.key];
  // A foreign object may cause or end a conflict.
  if (owner === undefined) waiting.push(...entries.troubled());
  return { owners, waiting };
}

function* keysOf({ options }: State, concerned: Concerned): Iterable<string> {
  if (concerned === 'everybody') {
    yield* options.receivers();
    return;
  }
  yield* concerned.receivers;
  for (const path of concerned.paths) {
    const key = options.receiverAt(path);
    if (key !== undefined) yield key;
  }
}

function evaluate(state: State, receiver: Exposable, path: string | undefined): Exposed | undefined {
  const { found } = state.observed;
  if (found === undefined) return undefined;
  const key = keyOf(receiver);
  const { urls, unfulfilled } = path === undefined ? NOTHING : exposedAt(found, { key, path });
  return { urls, unfulfilled: requestUnfulfilled(state, receiver, found) ?? unfulfilled };
}

const NOTHING: Exposed = { urls: [], unfulfilled: undefined };

/** Why the request of a Receiver is unfulfilled; undefined: it is fulfilled, or there is none. */
function requestUnfulfilled({ entries }: State, receiver: Exposable, found: FoundUrls): Unfulfilled | undefined {
  const entry = entries.get(keyOf(receiver));
  if (entry === undefined) return undefined;
  if (entry.refused !== undefined) return entry.refused;
  if (entry.path === undefined) return undefined;
  if (entry.outcome === undefined) return lastVerdict(receiver);
  return entry.outcome.problem ?? requestFault(entry, found);
}

/** The verdict in the status, until this process has reconciled the request. */
function lastVerdict({ metadata, status }: Exposable): Unfulfilled | undefined {
  const last = status?.conditions?.find(({ type }) => type === 'Exposed');
  if (last === undefined || last.observedGeneration !== metadata.generation || last.reason === 'NotExposed') {
    return BEING_CREATED;
  }
  return last.status === 'True' || !isExposureReason(last.reason)
    ? undefined
    : { reason: last.reason, message: last.message };
}

function keyOf({ metadata }: Exposable): string {
  return `${metadata.namespace}/${metadata.name}`;
}
