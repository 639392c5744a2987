/**
 * Keeps taking and delivering at one pace. Beside a flood of events the few deliveries at once of each Provider get no
 * turn of the event loop, and their queues grow until events are dropped. So answers wait, for a moment, while
 * deliveries are behind and catch up because they wait; a Provider that does not catch up is slow by itself, and is left
 * out of account.
 */
import type { Clock } from '../../observe/clock.ts';
import { DELIVERIES_AT_ONCE, type ProviderLoad } from './deliveries.ts';

export interface Backpressure {
  /** Done when an answer may be given; undefined: at once. */
  wait(): Promise<void> | undefined;
}

export interface BackpressureOptions {
  /** Of all Providers that have something queued. */
  readonly loads: () => Iterable<ProviderLoad>;
  /** The sum of their sizes. */
  readonly pending: () => number;
  readonly clock: Clock;
}

interface Waiter {
  readonly sinceMs: number;
  readonly resolve: () => void;
}

interface Observed {
  /** How many had ended when the answers began to wait, or at the last judgement since. */
  ended: number;
  /** Until then it is out of account: it did not catch up. */
  exemptUntilMs: number;
}

interface State {
  readonly options: BackpressureOptions;
  readonly observed: WeakMap<ProviderLoad, Observed>;
  /** Oldest first. */
  readonly waiters: Waiter[];
  holding: boolean;
  /** Sizes are summed up that rarely. */
  nextSumMs: number;
  /** Since the answers began to wait, or the last judgement. */
  checks: number;
}

/** Answers wait from so many deliveries on; at 4,000 a second the last of them is delivered after 64 ms. */
const HIGH = 256;
/** And until so few are left that Providers still have something to do. */
const LOW = 64;
/** No answer waits longer: senders are promised theirs within 100 ms. */
const LONGEST_WAIT_MS = 50;
const CHECK_EVERY_MS = 5;
/** So many checks a Provider has to end more deliveries than are under way at once. */
const CHECKS_BEFORE_JUDGEMENT = 10;
/** If it does not, no answer waits for it for so long. */
const EXEMPT_MS = 2_000;

export function createBackpressure(options: BackpressureOptions): Backpressure {
  const state: State = {
    options,
    observed: new WeakMap(),
    waiters: [],
    holding: false,
    nextSumMs: Number.NEGATIVE_INFINITY,
    checks: 0,
  };
  return { wait: () => wait(state) };
}

function wait(state: State): Promise<void> | undefined {
  const { pending, clock } = state.options;
  if (!state.holding) {
    if (pending() < HIGH) return undefined;
    const nowMs = clock.elapsedMs();
    if (nowMs < state.nextSumMs) return undefined;
    state.nextSumMs = nowMs + CHECK_EVERY_MS;
    if (behind(state, nowMs) < HIGH) return undefined;
    hold(state);
  }
  return new Promise((resolve) => state.waiters.push({ sinceMs: clock.elapsedMs(), resolve }));
}

/** Deliveries of the Providers that catch up, as far as is known. */
function behind({ options, observed }: State, nowMs: number): number {
  let sum = 0;
  for (const load of options.loads()) {
    if ((observed.get(load)?.exemptUntilMs ?? 0) <= nowMs) sum += load.size;
  }
  return sum;
}

function hold(state: State): void {
  const { options, observed } = state;
  state.holding = true;
  state.checks = 0;
  for (const load of options.loads()) {
    const known = observed.get(load);
    if (known === undefined) observed.set(load, { ended: load.ended, exemptUntilMs: 0 });
    else known.ended = load.ended;
  }
  options.clock.setTimeout(() => check(state), CHECK_EVERY_MS);
}

function check(state: State): void {
  const { clock } = state.options;
  const nowMs = clock.elapsedMs();
  state.checks += 1;
  if (state.checks === CHECKS_BEFORE_JUDGEMENT) judge(state, nowMs);
  state.holding = behind(state, nowMs) > LOW;
  const first = state.waiters.findIndex(({ sinceMs }) => state.holding && nowMs - sinceMs < LONGEST_WAIT_MS);
  for (const { resolve } of state.waiters.splice(0, first === -1 ? state.waiters.length : first)) resolve();
  if (state.holding) clock.setTimeout(() => check(state), CHECK_EVERY_MS);
}

function judge(state: State, nowMs: number): void {
  const { options, observed } = state;
  state.checks = 0;
  for (const load of options.loads()) {
    const { ended, exemptUntilMs } = observed.get(load) ?? { ended: 0, exemptUntilMs: 0 };
    const isSlow = load.ended - ended <= DELIVERIES_AT_ONCE && load.size > DELIVERIES_AT_ONCE;
    observed.set(load, { ended: load.ended, exemptUntilMs: isSlow ? nowMs + EXEMPT_MS : exemptUntilMs });
  }
}
