/**
 * Kubernetes Events about objects, for people who run `kubectl describe`. They are worth little: written in the
 * background, one after the other, counted instead of repeated, bounded in number, and given up rather than waited for.
 */

import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { ApiError, isNotFound, isTransient } from '../api-error.ts';
import type { KubeClient, ResourceType } from '../kube-client.ts';
import { microTime } from '../micro-time.ts';
import { pause } from '../pause.ts';
import { retryDelayMs } from '../queue/retry-delay.ts';
import { resourcePath } from '../resource-path.ts';
import { createEventBudget, type EventBudget } from './event-budget.ts';
import {
  createRecentEvents,
  type EventSeries,
  type EventText,
  type RecentEvents,
  type Regarding,
} from './event-series.ts';
import { truncateUtf8 } from './truncate-utf8.ts';

export interface EventRecorder {
  /** Has the event written soon. The same one again within 6 minutes only counts up. Never throws, never waits. */
  record(regarding: Regarding, event: EventText): void;
  /** Writes what is waiting, each once and all within 2 s, and forgets the rest. */
  stop(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** The controller's name, for example `notification-controller`. */
  readonly reportingController: string;
  /** Which of its replicas. */
  readonly reportingInstance: string;
  readonly log: Logger;
  readonly clock?: Clock;
}

interface State {
  readonly options: EventRecorderOptions;
  readonly clock: Clock;
  readonly budget: EventBudget;
  readonly recent: RecentEvents;
  readonly queue: EventSeries[];
  /** Aborted when the time to stop is over. */
  readonly breakOff: AbortController;
  stopping: boolean;
  working: Promise<void> | undefined;
  /** Ends the pause before a retry. */
  wake: (() => void) | undefined;
  full: boolean;
}

const EVENTS: ResourceType = { apiVersion: 'events.k8s.io/v1', plural: 'events', namespaced: true };
const MOST_WAITING = 1000;
const ATTEMPTS = 5;
const RETRY_BOUNDS = { minDelayMs: 1000, maxDelayMs: 15_000 };
const REQUEST_TIMEOUT_MS = 10_000;
const STOP_WITHIN_MS = 2000;
const MOST_NOTE_BYTES = 1024;
const MOST_WORD_BYTES = 128;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const clock = options.clock ?? systemClock;
  const state: State = {
    options,
    clock,
    budget: createEventBudget(clock),
    recent: createRecentEvents(clock),
    queue: [],
    breakOff: new AbortController(),
    stopping: false,
    working: undefined,
    wake: undefined,
    full: false,
  };
  return {
    record(regarding, event) {
      if (!state.stopping) record(state, regarding, event);
    },
    stop: () => stop(state),
  };
}

function record(state: State, regarding: Regarding, event: EventText): void {
  const { apiVersion, kind, namespace, name, uid = '' } = regarding;
  const object = JSON.stringify([apiVersion, kind, namespace, name, uid]);
  const series = state.recent.count(object, regarding, { ...event, note: truncateUtf8(event.note, MOST_NOTE_BYTES) });
  // What is sent is its count by then, so that one place in the queue is enough.
  if (series.waiting) return;
  if (state.budget.take(object)) enqueue(state, series);
}

function enqueue(state: State, series: EventSeries): void {
  if (state.queue.length >= MOST_WAITING) {
    if (!state.full)
      state.options.log.warn({ waiting: state.queue.length }, 'too many events wait, new ones are dropped');
    state.full = true;
    return;
  }
  series.waiting = true;
  state.queue.push(series);
  state.working ??= work(state);
}

async function work(state: State): Promise<void> {
  for (let series = state.queue.shift(); series !== undefined; series = state.queue.shift()) {
    series.waiting = false;
    state.full &&= state.queue.length > MOST_WAITING / 2;
    await deliver(state, series);
  }
  state.working = undefined;
}

async function deliver(state: State, series: EventSeries): Promise<void> {
  for (let failures = 1; !state.breakOff.signal.aborted; failures += 1) {
    try {
      if (!series.created || !(await update(state, series))) await create(state, series);
      return;
    } catch (error) {
      if (!isTransient(error) || failures === ATTEMPTS || state.stopping) {
        state.options.log.debug({ reason: series.text.reason, error }, 'event given up');
        return;
      }
      const atLeastMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
      await pause(state, Math.max(retryDelayMs(failures, RETRY_BOUNDS), atLeastMs));
    }
  }
}

async function create(state: State, series: EventSeries): Promise<void> {
  const { regarding, text, name, firstAtMs } = series;
  const body = {
    apiVersion: EVENTS.apiVersion,
    kind: 'Event',
    metadata: { name, namespace: regarding.namespace, annotations: text.annotations },
    eventTime: microTime(firstAtMs),
    reportingController: state.options.reportingController,
    reportingInstance: truncateUtf8(state.options.reportingInstance, MOST_WORD_BYTES),
    action: 'Reconciling',
    type: text.type,
    reason: truncateUtf8(text.reason, MOST_WORD_BYTES),
    note: text.note,
    regarding,
    series: repetition(series),
  };
  const path = resourcePath(EVENTS, { namespace: regarding.namespace });
  try {
    await state.options.client.request({ method: 'POST', path, body, ...limits(state) });
  } catch (error) {
    // An attempt without an answer can have been carried out all the same.
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
  series.created = true;
}

/** False: the API server has forgotten the event (they live for an hour), so that it has to be written anew. */
async function update(state: State, series: EventSeries): Promise<boolean> {
  const { regarding, name } = series;
  try {
    await state.options.client.request({
      method: 'PATCH',
      path: resourcePath(EVENTS, { namespace: regarding.namespace, name }),
      contentType: 'application/merge-patch+json',
      body: { series: repetition(series) },
      ...limits(state),
    });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** EventSeries of the API: for the second time and on. */
function repetition({ count, lastAtMs }: EventSeries): { count: number; lastObservedTime: string } | undefined {
  return count > 1 ? { count, lastObservedTime: microTime(lastAtMs) } : undefined;
}

function limits(state: State): { readonly timeoutMs: number; readonly signal: AbortSignal } {
  return { timeoutMs: REQUEST_TIMEOUT_MS, signal: state.breakOff.signal };
}

async function stop(state: State): Promise<void> {
  state.stopping = true;
  state.wake?.();
  const timer = state.clock.setTimeout(() => state.breakOff.abort(), STOP_WITHIN_MS);
  await state.working;
  timer.cancel();
}
