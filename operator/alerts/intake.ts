/**
 * Takes the events that controllers post, without waiting for anything, and matches each with the Alerts as soon as
 * these are known. The events of one object are matched one after the other.
 */
import { retryDelayMs } from '../kube/queue/retry-delay.ts';
import type { Clock, Timer } from '../observe/clock.ts';
import { withoutToken } from './events/event-metadata.ts';
import type { FluxEvent } from './flux-event.ts';
import type { AlertIndex } from './matching/alert-index.ts';
import type { CompiledAlert } from './matching/compile-alert.ts';
import { type Labels, matchOf, needsLabels } from './matching/match-alert.ts';
import type { ReadLabels } from './matching/object-labels.ts';
import type { Deliveries } from './queue/deliveries.ts';
import type { EventStore, HeldEvent, Holder } from './queue/event-store.ts';
import type { NotificationRecorder } from './record-notification.ts';
import type { AlertReports } from './reports.ts';

export interface Intake {
  /** @param event with the metadata that may be kept. @param bodyBytes of what was posted. */
  take(event: FluxEvent, bodyBytes: number): void;
  /** Tries at once what waits to be tried again. Done when every event that was taken is matched, or `stop` was called. */
  drain(): Promise<void>;
  /** Stops waiting. @returns the events that are left without a match. */
  stop(): readonly FluxEvent[];
}

export interface IntakeOptions {
  readonly index: AlertIndex;
  /** Whether every Alert and Provider is known. */
  readonly isComplete: () => boolean;
  readonly readLabels: ReadLabels;
  /** How long labels are asked for, from when the event was taken. */
  readonly retryForMs: number;
  readonly store: EventStore;
  readonly deliveries: Deliveries;
  readonly reports: AlertReports;
  /** Undefined: no records are kept. */
  readonly recorder?: NotificationRecorder | undefined;
  readonly clock: Clock;
}

/** The events of one object that are not yet matched. */
interface Lane {
  readonly key: string;
  readonly queue: HeldEvent[];
  /** Attempts in a row to read the labels for the first of the queue. */
  failures: number;
  /** The labels for the first of the queue are being read. */
  busy: boolean;
  /** Until they are asked for again. */
  timer: Timer | undefined;
}

interface State extends Holder {
  readonly options: IntakeOptions;
  readonly lanes: Map<string, Lane>;
  /** Lanes that wait for the Alerts to be known. */
  readonly unmatched: Set<Lane>;
  /** Lanes whose first event waits for its labels. */
  readonly unread: Set<Lane>;
  reading: number;
  check: Timer | undefined;
  /** Resolves when no lane is left. */
  idle: PromiseWithResolvers<void> | undefined;
  stopped: boolean;
}

const COMPLETE_CHECK_MS = 100;
/** Objects whose labels are read at once. */
const MOST_READING = 8;
const LABEL_RETRY = { minDelayMs: 500, maxDelayMs: 10_000 };

export function createIntake(options: IntakeOptions): Intake {
  const state: State = {
    options,
    lanes: new Map(),
    unmatched: new Set(),
    unread: new Set(),
    reading: 0,
    check: undefined,
    idle: undefined,
    stopped: false,
    onDropped: (held) => letGo(state, held),
  };
  return {
    take: (event, bodyBytes) => take(state, options.store.add(withoutToken(event), bodyBytes, state)),
    drain: () => drain(state),
    stop() {
      state.stopped = true;
      state.check?.cancel();
      for (const { timer } of state.lanes.values()) timer?.cancel();
      state.idle?.resolve();
      return [...state.lanes.values()].flatMap(({ queue }) => queue.map(({ event }) => event));
    },
  };
}

function take(state: State, held: HeldEvent): void {
  if (held.dropped) return;
  const { index, isComplete } = state.options;
  const key = held.path;
  const known = state.lanes.get(key);
  if (known !== undefined) {
    known.queue.push(held);
    return;
  }
  if (isComplete() && !asksForLabels(index, held.event)) {
    dispatch(state, held, undefined);
    return;
  }
  const lane: Lane = { key, queue: [held], failures: 0, busy: false, timer: undefined };
  state.lanes.set(key, lane);
  state.unmatched.add(lane);
  work(state);
}

/** It made room for others. What is being read for it is not used. */
function letGo(state: State, held: HeldEvent): void {
  const lane = state.lanes.get(held.path);
  const index = lane?.queue.indexOf(held) ?? -1;
  if (lane === undefined || index === -1 || (index === 0 && lane.busy)) return;
  lane.queue.splice(index, 1);
  if (lane.queue.length === 0) end(state, lane);
}

function end(state: State, lane: Lane): void {
  lane.timer?.cancel();
  state.unmatched.delete(lane);
  state.unread.delete(lane);
  state.lanes.delete(lane.key);
  if (state.lanes.size === 0) state.idle?.resolve();
}

function work(state: State): void {
  if (state.stopped) return;
  if (!state.options.isComplete()) {
    state.check ??= state.options.clock.setTimeout(() => {
      state.check = undefined;
      work(state);
    }, COMPLETE_CHECK_MS);
    return;
  }
  for (const lane of state.unmatched) {
    state.unmatched.delete(lane);
    matchUnlabelled(state, lane);
  }
  for (const lane of state.unread) {
    if (state.reading >= MOST_READING) return;
    state.unread.delete(lane);
    void read(state, lane).then(() => work(state));
  }
}

/** Matches up to the first event whose labels are asked for. */
function matchUnlabelled(state: State, lane: Lane): void {
  for (let [held] = lane.queue; held !== undefined; [held] = lane.queue) {
    if (asksForLabels(state.options.index, held.event)) {
      state.unread.add(lane);
      return;
    }
    lane.queue.shift();
    dispatch(state, held, undefined);
  }
  end(state, lane);
}

function asksForLabels(index: AlertIndex, event: FluxEvent): boolean {
  for (const alert of index.candidates(event)) if (needsLabels(alert, event)) return true;
  return false;
}

/** Reads the labels for the first event of a lane, and matches it. While the API server is away the event waits. */
async function read(state: State, lane: Lane): Promise<void> {
  const [held] = lane.queue;
  if (held === undefined) return;
  state.reading += 1;
  lane.busy = true;
  const labels = await labelsOf(state, lane, held);
  lane.busy = false;
  state.reading -= 1;
  if (state.stopped) return;
  if (labels instanceof Retry && !held.dropped) {
    lane.timer = state.options.clock.setTimeout(() => tryAgain(state, lane), labels.afterMs);
    return;
  }
  lane.queue.shift();
  lane.failures = 0;
  if (!(labels instanceof Retry)) dispatch(state, held, labels);
  matchUnlabelled(state, lane);
}

class Retry {
  readonly afterMs: number;

  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }
}

async function labelsOf({ options }: State, lane: Lane, { event, takenAtMs }: HeldEvent): Promise<Labels | Retry> {
  const { clock, readLabels, retryForMs } = options;
  try {
    return await readLabels(event);
  } catch {
    lane.failures += 1;
    const afterMs = retryDelayMs(lane.failures, LABEL_RETRY);
    return clock.elapsedMs() + afterMs > takenAtMs + retryForMs ? undefined : new Retry(afterMs);
  }
}

function tryAgain(state: State, lane: Lane): void {
  lane.timer?.cancel();
  lane.timer = undefined;
  state.unread.add(lane);
  work(state);
}

async function drain(state: State): Promise<void> {
  for (const lane of state.lanes.values()) if (lane.timer !== undefined) tryAgain(state, lane);
  work(state);
  if (state.lanes.size === 0) return;
  state.idle = Promise.withResolvers();
  await state.idle.promise;
}

/** @param labels undefined: the object is gone, or nobody asks for them. */
function dispatch(state: State, held: HeldEvent, labels: Labels): void {
  const { index, deliveries, reports, recorder, store } = state.options;
  const { event } = held;
  if (held.dropped) return;
  const matching: CompiledAlert[] = [];
  for (const alert of index.candidates(event)) {
    if (labels === undefined && needsLabels(alert, event)) reports.sourceMissing(alert.alert, event);
    const match = matchOf(alert, event, labels, reports);
    if (match === 'taken') matching.push(alert);
    else if (match === 'excluded') recorder?.excluded({ held, alertKey: alert.key, providerKey: alert.providerKey });
  }
  if (matching.length === 0) reports.unmatched(event);
  else reports.dispatching(event);
  for (const { key, providerKey } of matching) deliveries.add({ held, alertKey: key, providerKey });
  store.release(held, state);
}
