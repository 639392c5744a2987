/**
 * Decides what is reconciled when: each key at most once at a time, changed ones first, failed ones again with
 * back-off. The only place that decides about retries of a reconcile.
 */

import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { ApiError, isConflict } from '../api-error.ts';
import { createDelayedKeys, type DelayedKeys } from './delayed-keys.ts';
import { createKeyQueue, type KeyQueue, type Priority } from './key-queue.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface WorkQueue {
  /** Has the key reconciled soon, default `front`; while it runs: once more afterwards. */
  add(key: string, priority?: Priority): void;
  /** Begins to take keys; those added before wait until then. */
  start(): void;
  /** Takes no further key, forgets all that wait, and is done when what runs has ended. */
  stop(): Promise<void>;
}

/** Counters under the names that client-go gave them; one queue each, times in seconds. */
export interface WorkQueueMetrics {
  setDepth(waiting: number): void;
  countAdd(): void;
  countRetry(): void;
  /** How long a key waited before it ran. */
  observeWait(seconds: number): void;
  /** How long a reconcile took. */
  observeWork(seconds: number): void;
  /** Called once with what to ask at each scrape: how long the running reconciles have run, together and the longest. */
  watchUnfinished?(read: () => { readonly totalSeconds: number; readonly longestSeconds: number }): void;
}

export interface WorkQueueOptions {
  /** For logs and metrics. */
  readonly name: string;
  /** How many keys are reconciled at the same time. */
  readonly concurrent: number;
  readonly minRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /**
   * Success forgets the failures of the key. `requeueAfterMs` has it run again then, unless it ran before. A throw has it
   * run again with back-off, and not before an ApiError's `retryAfterMs`.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most reconciles return nothing, and should not have to say so.
  reconcile(key: string): Promise<void | { readonly requeueAfterMs: number }>;
  readonly log: Logger;
  readonly metrics?: WorkQueueMetrics;
  random?(): number;
  readonly clock?: Clock;
}

interface State {
  readonly options: WorkQueueOptions;
  readonly clock: Clock;
  readonly waiting: KeyQueue;
  /** When the last run of a key requested another one; the next run replaces it. */
  readonly reruns: DelayedKeys;
  /** Key → since when it runs. */
  readonly running: Map<string, number>;
  /** Keys that were added while they run. */
  readonly again: Map<string, Priority>;
  readonly failures: Map<string, number>;
  phase: 'new' | 'started' | 'stopped';
  pumpPlanned: boolean;
  readonly stopped: PromiseWithResolvers<void>;
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const clock = options.clock ?? systemClock;
  const state: State = {
    options,
    clock,
    waiting: createKeyQueue(),
    reruns: createDelayedKeys(clock, (key) => add(state, key, 'backlog')),
    running: new Map(),
    again: new Map(),
    failures: new Map(),
    phase: 'new',
    pumpPlanned: false,
    stopped: Promise.withResolvers(),
  };
  options.metrics?.watchUnfinished?.(() => unfinished(state));
  return {
    add: (key, priority = 'front') => add(state, key, priority),
    start() {
      if (state.phase === 'new') state.phase = 'started';
      planPump(state);
    },
    stop: () => stop(state),
  };
}

function add(state: State, key: string, priority: Priority): void {
  if (state.phase === 'stopped') return;
  if (state.running.has(key)) {
    if (state.again.get(key) !== 'front') state.again.set(key, priority);
    return;
  }
  if (!state.waiting.add(key, priority, state.clock.elapsedMs())) return;
  state.options.metrics?.countAdd();
  state.options.metrics?.setDepth(state.waiting.size);
  planPump(state);
}

/**
 * Keys are taken in a turn of their own: all that one burst of events adds is queued by then, and reconciles that
 * never wait for anything still let the sockets have their turn between them.
 */
function planPump(state: State): void {
  if (state.pumpPlanned || state.phase !== 'started') return;
  state.pumpPlanned = true;
  setImmediate(() => {
    state.pumpPlanned = false;
    pump(state);
  });
}

function pump(state: State): void {
  while (state.phase === 'started' && state.running.size < state.options.concurrent) {
    const next = state.waiting.take();
    if (next === undefined) return;
    const nowMs = state.clock.elapsedMs();
    state.options.metrics?.setDepth(state.waiting.size);
    state.options.metrics?.observeWait((nowMs - next.sinceMs) / 1000);
    state.running.set(next.key, nowMs);
    void run(state, next.key, nowMs);
  }
}

async function run(state: State, key: string, startedMs: number): Promise<void> {
  state.reruns.delete(key);
  try {
    const result = await state.options.reconcile(key);
    state.failures.delete(key);
    if (typeof result === 'object' && state.phase !== 'stopped') state.reruns.set(key, result.requeueAfterMs);
  } catch (error) {
    retry(state, key, error);
  }
  state.options.metrics?.observeWork((state.clock.elapsedMs() - startedMs) / 1000);
  state.running.delete(key);
  const again = state.again.get(key);
  if (again !== undefined) {
    state.again.delete(key);
    add(state, key, again);
  }
  if (state.phase === 'stopped' && state.running.size === 0) state.stopped.resolve();
  planPump(state);
}

function retry(state: State, key: string, error: unknown): void {
  const { name, minRetryDelayMs, maxRetryDelayMs, random, log, metrics } = state.options;
  const failures = (state.failures.get(key) ?? 0) + 1;
  state.failures.set(key, failures);
  const bounds = { minDelayMs: minRetryDelayMs, maxDelayMs: maxRetryDelayMs };
  const atLeastMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  const retryInMs = Math.round(Math.max(retryDelayMs(failures, bounds, random), atLeastMs));
  const fields = {
    queue: name,
    key,
    failures,
    retryInMs,
    error: error instanceof Error ? error.message : String(error),
  };
  // Somebody else wrote the object first: what they wrote is on its way here, so this is news for nobody.
  if (isConflict(error)) log.debug(fields, 'reconcile met a conflict');
  else log.error(fields, 'reconcile failed');
  if (state.phase === 'stopped') return;
  metrics?.countRetry();
  state.reruns.set(key, retryInMs);
}

async function stop(state: State): Promise<void> {
  state.phase = 'stopped';
  state.reruns.clear();
  state.again.clear();
  state.waiting.clear();
  state.options.metrics?.setDepth(0);
  if (state.running.size > 0) await state.stopped.promise;
}

function unfinished(state: State): { readonly totalSeconds: number; readonly longestSeconds: number } {
  const nowMs = state.clock.elapsedMs();
  const times = [...state.running.values()].map((startedMs) => (nowMs - startedMs) / 1000);
  return { totalSeconds: times.reduce((sum, time) => sum + time, 0), longestSeconds: Math.max(0, ...times) };
}
