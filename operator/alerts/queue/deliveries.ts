/**
 * Queues deliveries, for each Provider apart, so that a slow or dead one delays nobody else. The events of one object go
 * to a Provider one after the other, those of different objects at the same time. What fails and may pass is tried again
 * with back-off.
 */
import { retryDelayMs } from '../../kube/queue/retry-delay.ts';
import type { Clock, Timer } from '../../observe/clock.ts';
import type { DeliveryError } from '../delivery-error.ts';
import { objectPath } from '../text/object-label.ts';
import type { EventStore, HeldEvent } from './event-store.ts';

/** One event on its way to one Provider by one Alert. */
export interface QueuedDelivery {
  readonly held: HeldEvent;
  /** `namespace/name`, both. */
  readonly alertKey: string;
  readonly providerKey: string;
  /** Attempts that failed. */
  failures: number;
}

export interface Deliveries {
  /** Queues a delivery, and holds its event until it has ended. */
  add(delivery: Omit<QueuedDelivery, 'failures'>): void;
  /** Something of the Provider has changed: what waits to be tried again is tried now. */
  retryNow(providerKey: string): void;
  /** Tries what is left until all has ended or the time is over. @returns what is left then, and forgotten. */
  flush(timeoutMs: number): Promise<readonly QueuedDelivery[]>;
  readonly size: number;
}

export interface DeliveriesOptions {
  readonly store: EventStore;
  /** One attempt. @throws DeliveryError */
  readonly attempt: (delivery: QueuedDelivery) => Promise<void>;
  /** An attempt failed; `retryInMs` undefined: it was the last. */
  readonly onFailed: (delivery: QueuedDelivery, error: DeliveryError, retryInMs: number | undefined) => void;
  /** How long a delivery is tried, from when its event was taken. */
  readonly retryForMs: number;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** The deliveries of one object to one Provider. */
interface Lane {
  readonly key: string;
  readonly queue: QueuedDelivery[];
  /** Until the first of the queue is tried again. */
  timer: Timer | undefined;
}

interface ProviderQueue {
  readonly lanes: Map<string, Lane>;
  /** Lanes whose first delivery may be tried, in turn. */
  readonly ready: Set<Lane>;
  active: number;
}

interface State {
  readonly options: DeliveriesOptions;
  readonly providers: Map<string, ProviderQueue>;
  size: number;
  /** Resolves when the last delivery has ended. */
  idle: PromiseWithResolvers<void> | undefined;
  closed: boolean;
}

/** Different objects at once to one Provider. */
const CONCURRENT = 4;
const RETRY_BOUNDS = { minDelayMs: 1_000, maxDelayMs: 5 * 60_000 };

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const state: State = { options, providers: new Map(), size: 0, idle: undefined, closed: false };
  return {
    add: (delivery) => add(state, { ...delivery, failures: 0 }),
    retryNow(providerKey) {
      const provider = state.providers.get(providerKey);
      if (provider !== undefined) retryNow(state, providerKey, provider);
    },
    flush: (timeoutMs) => flush(state, timeoutMs),
    get size() {
      return state.size;
    },
  };
}

function add(state: State, delivery: QueuedDelivery): void {
  if (state.closed) return;
  state.options.store.hold(delivery.held);
  state.size += 1;
  let provider = state.providers.get(delivery.providerKey);
  if (provider === undefined) {
    provider = { lanes: new Map(), ready: new Set(), active: 0 };
    state.providers.set(delivery.providerKey, provider);
  }
  const key = objectPath(delivery.held.event);
  const lane = provider.lanes.get(key);
  if (lane !== undefined) {
    lane.queue.push(delivery);
    return;
  }
  const created: Lane = { key, queue: [delivery], timer: undefined };
  provider.lanes.set(key, created);
  provider.ready.add(created);
  work(state, delivery.providerKey, provider);
}

function work(state: State, providerKey: string, provider: ProviderQueue): void {
  for (const lane of provider.ready) {
    if (provider.active >= CONCURRENT) return;
    provider.ready.delete(lane);
    provider.active += 1;
    void attemptFirst(state, lane).then((retryInMs) => {
      provider.active -= 1;
      settle(state, { providerKey, provider, lane, retryInMs });
      work(state, providerKey, provider);
    });
  }
  if (provider.lanes.size === 0) state.providers.delete(providerKey);
}

/** @returns when to try it again; undefined: it has ended. */
async function attemptFirst({ options }: State, { queue }: Lane): Promise<number | undefined> {
  const [delivery] = queue;
  if (delivery === undefined || delivery.held.dropped) return undefined;
  try {
    await options.attempt(delivery);
    return undefined;
  } catch (error) {
    return failed(options, delivery, error as DeliveryError);
  }
}

function failed(options: DeliveriesOptions, delivery: QueuedDelivery, error: DeliveryError): number | undefined {
  const { clock, retryForMs, random, onFailed } = options;
  delivery.failures += 1;
  const delayMs = Math.max(retryDelayMs(delivery.failures, RETRY_BOUNDS, random), error.retryAfterMs ?? 0);
  const isOver = clock.elapsedMs() + delayMs > delivery.held.takenAtMs + retryForMs;
  const retryInMs = error.verdict === 'final' || isOver || delivery.held.dropped ? undefined : delayMs;
  onFailed(delivery, error, retryInMs);
  return retryInMs;
}

interface Settled {
  readonly providerKey: string;
  readonly provider: ProviderQueue;
  readonly lane: Lane;
  readonly retryInMs: number | undefined;
}

function settle(state: State, { providerKey, provider, lane, retryInMs }: Settled): void {
  if (retryInMs !== undefined && !state.closed) {
    lane.timer = state.options.clock.setTimeout(() => {
      lane.timer = undefined;
      provider.ready.add(lane);
      work(state, providerKey, provider);
    }, retryInMs);
    return;
  }
  const delivery = lane.queue.shift();
  if (delivery !== undefined) end(state, delivery);
  if (lane.queue.length > 0) provider.ready.add(lane);
  else provider.lanes.delete(lane.key);
}

function end(state: State, { held }: QueuedDelivery): void {
  state.options.store.release(held);
  state.size -= 1;
  if (state.size === 0) state.idle?.resolve();
}

function retryNow(state: State, providerKey: string, provider: ProviderQueue): void {
  for (const lane of provider.lanes.values()) {
    if (lane.timer === undefined) continue;
    lane.timer.cancel();
    lane.timer = undefined;
    provider.ready.add(lane);
  }
  work(state, providerKey, provider);
}

async function flush(state: State, timeoutMs: number): Promise<readonly QueuedDelivery[]> {
  for (const [key, provider] of state.providers) retryNow(state, key, provider);
  if (state.size > 0) {
    state.idle = Promise.withResolvers();
    const timer = state.options.clock.setTimeout(() => state.idle?.resolve(), timeoutMs);
    await state.idle.promise;
    timer.cancel();
  }
  state.closed = true;
  const lanes = [...state.providers.values()].flatMap(({ lanes: ofProvider }) => [...ofProvider.values()]);
  for (const { timer } of lanes) timer?.cancel();
  return lanes.flatMap(({ queue }) => queue);
}
