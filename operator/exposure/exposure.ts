/** Exposes Receivers: finds their URLs, creates the objects they request, follows both, and reports changes. */
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import { createPacedKeys } from '../kube/queue/paced-keys.ts';
import { createWorkQueue, type WorkQueueMetrics } from '../kube/queue/work-queue.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import {
  anythingChanged,
  type ChangesContext,
  objectChanged,
  receiverChanged,
  secretChanged,
  urlsChanged,
} from './changes.ts';
import { createExposureController } from './controller.ts';
import { createEntries, type Entries } from './entries.ts';
import { type Exposable, type ExposedPaths, entryOf } from './entry.ts';
import type { EndpointSettings } from './observed-objects.ts';
import { createObservedState, type ObservedState } from './observed-state.ts';
import type { PlanContext } from './plan.ts';
import type { Tenancy } from './tenancy.ts';
import { unfulfilledRequest } from './unfulfilled-request.ts';
import type { OwnSecret } from './url-secret.ts';
import { type Exposed, exposedAt } from './urls.ts';

export interface Exposure {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the observed state is complete. */
  whenKnown(): Promise<void>;
  /**
   * Creates, changes or deletes the objects of a Receiver, as it requests.
   * @param path undefined: it has none.
   * @param previousPath is exposed as well.
   */
  follow(receiver: Exposable, path: string | undefined, previousPath?: string): void;
  /** The Receiver is gone. */
  forget(key: string): void;
  /** @param path undefined: it has none. @returns undefined until the observed state is complete. */
  evaluate(receiver: Exposable, path: string | undefined): Exposed | undefined;
  /** A Secret was created, changed or deleted. @param key its `namespace/name`. */
  secretChanged(key: string): void;
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
  readonly events: Pick<EventRecorder, 'record'>;
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
  readonly changes: ChangesContext;
  /** Of Receivers that are gone, by their key; garbage collection deletes them too, only later. */
  readonly endedSecrets: Map<string, OwnSecret>;
}

export function createExposure(options: ExposureOptions): Exposure {
  const { client, settings, namespace, log, clock, leader, onStale } = options;
  const entries = createEntries();
  const endedSecrets: State['endedSecrets'] = new Map();
  const observed = createObservedState({
    ...{ client, clock, log, settings: settings.endpoints, deployment: settings.deployment },
    gatewayNamespace: namespace,
    onChange: (concerned) => urlsChanged(state.changes, concerned),
    onObject: (object, previous) => objectChanged(state.changes, object?.metadata, previous?.metadata),
  });
  const controller = createExposureController({
    client: leader.client,
    live: observed,
    entry: entries.get,
    context: () => planContext(state),
    onOutcome: onStale,
    events: options.events,
    endedSecrets,
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
  const { receivers, receiverAt } = options;
  const { kinds } = observed;
  const changes = { entries, kinds, queue, stale, leader, namespace, receivers, receiverAt };
  const state: State = { options, entries, observed, changes, endedSecrets };
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
    follow: (receiver, path, previousPath) => follow(state, receiver, { path, previousPath }),
    forget: (key) => forget(state, key),
    evaluate: (receiver, path) => evaluate(state, receiver, path),
    secretChanged: (key) => secretChanged(changes, key),
    lead: () => anythingChanged(changes),
  };
}

function planContext({ options, entries, observed }: State): PlanContext | undefined {
  const { found, deployment } = observed;
  if (found === undefined || !options.isComplete()) return undefined;
  const { endpoints, receiverService } = options.settings;
  const { sharers } = entries;
  return { settings: endpoints, deployment, receiverService, found, nowMs: options.clock.now(), sharers };
}

function follow(state: State, receiver: Exposable, paths: ExposedPaths): void {
  const { settings, clock } = state.options;
  const key = keyOf(receiver);
  const own = { namespace: settings.endpoints.namespace, tenancy: settings.tenancy, nowMs: clock.now() };
  receiverChanged(state.changes, key, entryOf(receiver, paths, state.entries.get(key), own));
}

function forget({ options, entries, changes, endedSecrets }: State, key: string): void {
  const { owner, heldSecret } = entries.get(key) ?? {};
  if (owner !== undefined && heldSecret !== undefined && options.leader.leads) {
    endedSecrets.set(key, { owner, name: heldSecret });
  }
  receiverChanged(changes, key, undefined);
}

function evaluate(state: State, receiver: Exposable, path: string | undefined): Exposed | undefined {
  const { found } = state.observed;
  if (found === undefined) return undefined;
  const key = keyOf(receiver);
  const { urls, unfulfilled } = path === undefined ? NOTHING : exposedAt(found, { key, path });
  return { urls, unfulfilled: unfulfilledRequest(state.entries.get(key), receiver, found) ?? unfulfilled };
}

const NOTHING: Exposed = { urls: [], unfulfilled: undefined };

function keyOf({ metadata }: Exposable): string {
  return `${metadata.namespace}/${metadata.name}`;
}
