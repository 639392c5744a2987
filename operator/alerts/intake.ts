/**
 * Takes the events that controllers post, without waiting for anything, and matches each with the Alerts as soon as
 * these are known. The events of one object are matched one after the other.
 */
import { pause, type Sleeper } from '../kube/pause.ts';
import { retryDelayMs } from '../kube/queue/retry-delay.ts';
import type { Clock } from '../observe/clock.ts';
import { withoutToken } from './events/event-metadata.ts';
import type { FluxEvent } from './flux-event.ts';
import type { AlertIndex } from './matching/alert-index.ts';
import type { CompiledAlert } from './matching/compile-alert.ts';
import { type Labels, matches, needsLabels } from './matching/match-alert.ts';
import type { ReadLabels } from './matching/object-labels.ts';
import type { Deliveries } from './queue/deliveries.ts';
import type { EventStore, HeldEvent } from './queue/event-store.ts';
import type { AlertReports } from './reports.ts';
import { objectPath } from './text/object-label.ts';

export interface Intake {
  /** @param event with the metadata that may be kept. @param bytes what holding it costs. */
  take(event: FluxEvent, bytes: number): void;
  /** Alerts and Providers are all known, or have changed: what waits for them may go on. */
  wake(): void;
  /** Stops waiting. @returns how many events are left without a match. */
  stop(): number;
}

export interface IntakeOptions {
  readonly index: AlertIndex;
  /** Whether every Alert and Provider is known. */
  readonly isComplete: () => boolean;
  readonly readLabels: ReadLabels;
  readonly store: EventStore;
  readonly deliveries: Deliveries;
  readonly reports: AlertReports;
  readonly clock: Clock;
}

interface State {
  readonly options: IntakeOptions;
  /** Events that wait, by their object. */
  readonly lanes: Map<string, HeldEvent[]>;
  readonly sleepers: Set<Sleeper>;
  stopped: boolean;
}

const COMPLETE_CHECK_MS = 100;
const LABEL_RETRY = { minDelayMs: 500, maxDelayMs: 10_000 };

export function createIntake(options: IntakeOptions): Intake {
  const state: State = { options, lanes: new Map(), sleepers: new Set(), stopped: false };
  return {
    take: (event, bytes) => take(state, options.store.add(withoutToken(event), bytes)),
    wake: () => wake(state),
    stop() {
      state.stopped = true;
      wake(state);
      return [...state.lanes.values()].reduce((sum, lane) => sum + lane.length, 0);
    },
  };
}

function wake({ sleepers }: State): void {
  for (const sleeper of sleepers) sleeper.wake?.();
}

function take(state: State, held: HeldEvent): void {
  const key = objectPath(held.event);
  const lane = state.lanes.get(key);
  if (lane !== undefined) {
    lane.push(held);
    return;
  }
  const { index, isComplete } = state.options;
  const candidates = isComplete() ? [...index.candidates(held.event)] : undefined;
  if (candidates?.some((alert) => needsLabels(alert, held.event)) === false) {
    dispatch(state, held, { candidates, labels: undefined });
    return;
  }
  state.lanes.set(key, [held]);
  void work(state, key);
}

/** Matches what waits in a lane, in its order. */
async function work(state: State, key: string): Promise<void> {
  const lane = state.lanes.get(key) ?? [];
  for (let [held] = lane; held !== undefined; [held] = lane) {
    if (!held.dropped) await match(state, held);
    if (state.stopped) return;
    lane.shift();
  }
  state.lanes.delete(key);
}

async function match(state: State, held: HeldEvent): Promise<void> {
  const { index, isComplete, clock } = state.options;
  const sleeper: Sleeper = { clock, wake: undefined };
  state.sleepers.add(sleeper);
  while (!isComplete() && !state.stopped) await pause(sleeper, COMPLETE_CHECK_MS);
  const needs = () => [...index.candidates(held.event)].some((alert) => needsLabels(alert, held.event));
  const labels = needs() ? await labelsOf(state, sleeper, held) : undefined;
  state.sleepers.delete(sleeper);
  if (!state.stopped) dispatch(state, held, { candidates: [...index.candidates(held.event)], labels });
}

/** While the API server is away the event waits. */
async function labelsOf(state: State, sleeper: Sleeper, { event }: HeldEvent): Promise<Labels> {
  for (let failures = 1; !state.stopped; failures += 1) {
    try {
      return await state.options.readLabels(event);
    } catch {
      await pause(sleeper, retryDelayMs(failures, LABEL_RETRY));
    }
  }
  return undefined;
}

interface Matching {
  readonly candidates: readonly CompiledAlert[];
  readonly labels: Labels;
}

function dispatch({ options }: State, held: HeldEvent, { candidates, labels }: Matching): void {
  const { deliveries, reports, store } = options;
  const { event } = held;
  if (!held.dropped) {
    for (const alert of candidates) {
      if (labels === undefined && needsLabels(alert, event)) reports.sourceMissing(alert.alert, event);
    }
    const matching = candidates.filter((alert) => matches(alert, event, labels, reports));
    if (matching.length === 0) reports.unmatched(event);
    else reports.dispatching(event);
    for (const { key, alert } of matching) {
      const providerKey = `${alert.metadata.namespace}/${alert.spec.providerRef.name}`;
      deliveries.add({ held, alertKey: key, providerKey });
    }
  }
  store.release(held);
}
