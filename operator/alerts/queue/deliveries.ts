/**
 * Queues deliveries, for each Provider apart, so that a slow or dead one delays nobody else. The events of one object go
 * to a Provider one after the other, those of different objects at the same time. What fails and may pass is tried again
 * with back-off.
 */
import { retryDelayMs } from '../../kube/queue/retry-delay.ts';
import type { Clock, Timer } from '../../observe/clock.ts';
import type { DeliveryError } from '../delivery-error.ts';
import type { EventStore, HeldEvent, Holder } from './event-store.ts';

/** One event on its way to one Provider by one Alert. */
export interface QueuedDelivery {
  readonly held: HeldEvent;
  /** `namespace/name`, both. */
  readonly alertKey: string;
  readonly providerKey: string;
  /** Attempts that failed. */
  failures: number;
}

/** As it stands in a lane. */
interface Queued extends QueuedDelivery, Holder {}

/** What is queued for one Provider. */
export interface ProviderLoad {
  /** Deliveries that wait or are under way. */
  readonly size: number;
  /** How many have ended since something was queued. */
  readonly ended: number;
}

export interface Deliveries {
  /** Queues a delivery, and holds its event until it has ended. */
  add(delivery: Omit<QueuedDelivery, 'failures'>): void;
  /** Something of the Provider has changed: what waits to be tried again is tried now. */
  retryNow(providerKey: string): void;
  /**
   * Tries what is left until all has ended or the time is over.
   * @param more done when nothing is added any more.
   * @returns what is left then, and forgotten.
   */
  flush(timeoutMs: number, more?: Promise<void>): Promise<readonly QueuedDelivery[]>;
  readonly size: number;
  /** Of each Provider for which something is queued. */
  loads(): Iterable<ProviderLoad>;
}

export interface DeliveriesOptions {
  readonly store: EventStore;
  /** One attempt. @throws DeliveryError */
  readonly attempt: (delivery: QueuedDelivery) => Promise<void>;
  /** An attempt failed; `retryInMs` undefined: it was the last. */
  readonly onFailed: (delivery: QueuedDelivery, error: DeliveryError, retryInMs: number | undefined) => void;
  /** Its event made room for others before it was tried, or tried again. */
  readonly onDropped?: (delivery: QueuedDelivery) => void;
  /** How long a delivery is tried, from when its event was taken. */
  readonly retryForMs: number;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** The deliveries of one object to one Provider. */
interface Lane {
  readonly key: string;
  readonly queue: Queued[];
  /** The first of the queue is being attempted. */
  busy: boolean;
  /** Until the first of the queue is tried again. */
  timer: Timer | undefined;
}

interface ProviderQueue extends ProviderLoad {
  /** `namespace/name`. */
  readonly key: string;
  readonly lanes: Map<string, Lane>;
  /** Lanes whose first delivery may be tried, in turn. */
  readonly ready: Set<Lane>;
  active: number;
  size: number;
  ended: number;
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
export const DELIVERIES_AT_ONCE = 4;
const RETRY_BOUNDS = { minDelayMs: 1_000, maxDelayMs: 5 * 60_000 };

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const state: State = { options, providers: new Map(), size: 0, idle: undefined, closed: false };
  return {
    add: (delivery) => add(state, delivery),
    retryNow(providerKey) {
      const provider = state.providers.get(providerKey);
      if (provider !== undefined) retryNow(state, provider);
    },
    flush: (timeoutMs, more = Promise.resolve()) => flush(state, timeoutMs, more),
    get size() {
      return state.size;
    },
    loads: () => state.providers.values(),
  };
}

function add(state: State, delivery: Omit<QueuedDelivery, 'failures'>): void {
  if (state.closed || delivery.held.dropped) return;
  const { held, providerKey } = delivery;
  const provider = providerQueue(state, providerKey);
  const key = held.path;
  const known = provider.lanes.get(key);
  const lane: Lane = known ?? { key, queue: [], busy: false, timer: undefined };
  const queued: Queued = { ...delivery, failures: 0, onDropped: () => letGo(state, provider, lane, queued) };
  lane.queue.push(queued);
  state.options.store.hold(held, queued);
  state.size += 1;
  provider.size += 1;
  if (known !== undefined) return;
  provider.lanes.set(key, lane);
  provider.ready.add(lane);
  work(state, provider);
}

function providerQueue({ providers }: State, key: string): ProviderQueue {
  const known = providers.get(key);
  if (known !== undefined) return known;
  const created: ProviderQueue = { key, lanes: new Map(), ready: new Set(), active: 0, size: 0, ended: 0 };
  providers.set(key, created);
  return created;
}

/** Its event made room for others. What is under way ends by itself. */
function letGo(state: State, provider: ProviderQueue, lane: Lane, queued: Queued): void {
  const index = lane.queue.indexOf(queued);
  if (index === -1 || (index === 0 && lane.busy)) return;
  lane.queue.splice(index, 1);
  ended(state, provider);
  state.options.onDropped?.(queued);
  if (lane.queue.length > 0) return;
  lane.timer?.cancel();
  provider.ready.delete(lane);
  provider.lanes.delete(lane.key);
  work(state, provider);
}

function work(state: State, provider: ProviderQueue): void {
  for (const lane of provider.ready) {
    if (provider.active >= DELIVERIES_AT_ONCE) return;
    provider.ready.delete(lane);
    provider.active += 1;
    lane.busy = true;
    void attemptFirst(state, lane).then((retryInMs) => {
      provider.active -= 1;
      lane.busy = false;
      settle(state, { provider, lane, retryInMs });
      work(state, provider);
    });
  }
  if (provider.lanes.size === 0) state.providers.delete(provider.key);
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
  readonly provider: ProviderQueue;
  readonly lane: Lane;
  readonly retryInMs: number | undefined;
}

function settle(state: State, { provider, lane, retryInMs }: Settled): void {
  if (retryInMs !== undefined && !state.closed) {
    lane.timer = state.options.clock.setTimeout(() => {
      lane.timer = undefined;
      provider.ready.add(lane);
      work(state, provider);
    }, retryInMs);
    return;
  }
  const delivery = lane.queue.shift();
  if (delivery !== undefined) end(state, provider, delivery);
  if (lane.queue.length > 0) provider.ready.add(lane);
  else provider.lanes.delete(lane.key);
}

function end(state: State, provider: ProviderQueue, queued: Queued): void {
  state.options.store.release(queued.held, queued);
  ended(state, provider);
}

function ended(state: State, provider: ProviderQueue): void {
  provider.ended += 1;
  provider.size -= 1;
  state.size -= 1;
  if (state.size === 0) state.idle?.resolve();
}

function retryNow(state: State, provider: ProviderQueue): void {
  for (const lane of provider.lanes.values()) {
    if (lane.timer === undefined) continue;
    lane.timer.cancel();
    lane.timer = undefined;
    provider.ready.add(lane);
  }
  work(state, provider);
}

async function flush(state: State, timeoutMs: number, more: Promise<void>): Promise<readonly QueuedDelivery[]> {
  for (const provider of state.providers.values()) retryNow(state, provider);
  const over = Promise.withResolvers<void>();
  const timer = state.options.clock.setTimeout(() => over.resolve(), timeoutMs);
  await Promise.race([over.promise, more.then(() => idle(state))]);
  timer.cancel();
  state.closed = true;
  const lanes = [...state.providers.values()].flatMap(({ lanes: ofProvider }) => [...ofProvider.values()]);
  for (const lane of lanes) lane.timer?.cancel();
  return lanes.flatMap(({ queue }) => queue);
}

async function idle(state: State): Promise<void> {
  if (state.size === 0) return;
  state.idle = Promise.withResolvers();
  await state.idle.promise;
}
