/**
 * Leader election: at any time at most one of the replicas that share a Lease leads. Interoperable with client-go's; a
 * leader that cannot renew stops leading before anybody else can begin, and then tries to become leader again.
 */

import { type Clock, systemClock, type Timer } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { KubeClient } from '../kube-client.ts';
import { pause } from '../pause.ts';
import { createLeaseLock, type LeaseAttempt, type LeaseBefore, type LeaseLock } from './lease.ts';

export interface LeaderElection {
  start(): void;
  /** Ends the leadership (`onStoppedLeading` is called before anything is awaited), and releases the Lease if so asked. */
  stop(): Promise<void>;
}

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this candidate; must be unique for each process, as `<pod>_<uuid>` is. */
  readonly identity: string;
  /** How long the others wait for a leader that does not renew; whole seconds count. */
  readonly leaseDurationMs: number;
  /** How long a leader leads on after its last renewal; less than the lease's duration. */
  readonly renewDeadlineMs: number;
  /** Between two attempts to acquire or renew; less than the renew deadline by a fifth and more. */
  readonly retryPeriodMs: number;
  /** Whether `stop` frees the Lease, so that the next leader need not wait for its end. */
  readonly releaseOnCancel: boolean;
  readonly log: Logger;
  /** Must not throw. @param before the Lease as it was found; undefined: there was none. */
  onStartedLeading(before: LeaseBefore | undefined): void;
  /** Must not throw. Called once for each `onStartedLeading`. */
  onStoppedLeading(): void;
  readonly clock?: Clock;
}

interface State {
  readonly options: LeaderElectionOptions;
  readonly clock: Clock;
  readonly lock: LeaseLock;
  leading: boolean;
  /** On the clock's `elapsedMs`; when leadership ends unless it is renewed. */
  leadsUntilMs: number;
  deadline: Timer | undefined;
  attempt: AbortController | undefined;
  /** Ends the pause between two attempts. */
  wake: (() => void) | undefined;
  stopping: boolean;
  loop: Promise<void> | undefined;
  lastHolder: string;
}

/** Candidates spread their attempts over more than twice the retry period, as client-go's do. */
const ACQUIRE_JITTER = 1.2;
/** Whoever stops has little time; a Lease that is not released in it runs out by itself. */
const RELEASE_TIMEOUT_MS = 5000;

/** @throws RangeError when the three times do not fit each other. */
export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  checkTimes(options);
  const clock = options.clock ?? systemClock;
  const state: State = {
    options,
    clock,
    // A request that hangs must leave time for another attempt before the deadline.
    lock: createLeaseLock({ ...options, clock, requestTimeoutMs: Math.ceil(options.renewDeadlineMs / 2) }),
    leading: false,
    leadsUntilMs: 0,
    deadline: undefined,
    attempt: undefined,
    wake: undefined,
    stopping: false,
    loop: undefined,
    lastHolder: '',
  };
  return {
    start() {
      state.loop ??= run(state);
    },
    stop: () => stop(state),
  };
}

function checkTimes({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: LeaderElectionOptions): void {
  if (!(leaseDurationMs >= 1000)) throw new RangeError('the lease duration must be 1s at least');
  // Only whole seconds are written into the Lease, and by them the others count.
  if (!(Math.floor(leaseDurationMs / 1000) * 1000 > renewDeadlineMs)) {
    throw new RangeError('the lease duration must be longer than the renew deadline');
  }
  if (!(renewDeadlineMs > retryPeriodMs * ACQUIRE_JITTER)) {
    throw new RangeError(`the renew deadline must be longer than the retry period times ${ACQUIRE_JITTER}`);
  }
  if (!(retryPeriodMs > 0)) throw new RangeError('the retry period must be longer than nothing');
}

async function run(state: State): Promise<void> {
  const { retryPeriodMs } = state.options;
  while (!state.stopping) {
    await attempt(state);
    if (!state.stopping) {
      await pause(state, state.leading ? retryPeriodMs : retryPeriodMs * (1 + ACQUIRE_JITTER * Math.random()));
    }
  }
}

async function attempt(state: State): Promise<void> {
  const controller = new AbortController();
  state.attempt = controller;
  try {
    settle(state, await state.lock.acquireOrRenew(controller.signal));
  } catch (error) {
    if (controller.signal.aborted) return;
    const fields = { lease: state.options.name, error };
    if (state.leading) state.options.log.error(fields, 'lease not renewed');
    else state.options.log.debug(fields, 'lease not acquired');
  } finally {
    state.attempt = undefined;
  }
}

function settle(state: State, outcome: LeaseAttempt): void {
  if (state.stopping || outcome.result === 'raced') return;
  if (outcome.result === 'other') {
    stopLeading(state, 'another candidate holds the lease');
    reportHolder(state, outcome.holder);
    return;
  }
  // Somebody else may have led in between.
  if (!outcome.continued) stopLeading(state, 'the lease was lost in between');
  if (state.clock.elapsedMs() >= state.leadsUntilMs) stopLeading(state, 'the renew deadline passed');
  state.leadsUntilMs = outcome.sinceMs + state.options.renewDeadlineMs;
  if (state.clock.elapsedMs() >= state.leadsUntilMs) return;
  watchDeadline(state);
  if (state.leading) return;
  state.leading = true;
  reportHolder(state, state.options.identity);
  state.options.log.info({ lease: state.options.name, identity: state.options.identity }, 'started leading');
  state.options.onStartedLeading(outcome.before);
}

/** Not the end of a request but a timer ends the leadership, so that one that hangs cannot prolong it. */
function watchDeadline(state: State): void {
  state.deadline?.cancel();
  const remainingMs = Math.max(1, Math.ceil(state.leadsUntilMs - state.clock.elapsedMs()));
  state.deadline = state.clock.setTimeout(() => {
    if (state.clock.elapsedMs() < state.leadsUntilMs) return watchDeadline(state);
    stopLeading(state, 'the renew deadline passed');
    state.attempt?.abort();
  }, remainingMs);
}

function stopLeading(state: State, why: string): void {
  if (!state.leading) return;
  state.leading = false;
  state.deadline?.cancel();
  state.options.log.info({ lease: state.options.name, identity: state.options.identity, why }, 'stopped leading');
  state.options.onStoppedLeading();
}

function reportHolder(state: State, holder: string): void {
  if (holder === state.lastHolder) return;
  state.lastHolder = holder;
  state.options.log.info({ lease: state.options.name, leader: holder }, 'leader elected');
}

async function stop(state: State): Promise<void> {
  // An attempt that is broken off now may yet be carried out over there.
  const mayHold = state.leading || state.attempt !== undefined;
  state.stopping = true;
  stopLeading(state, 'asked to stop');
  state.attempt?.abort();
  state.wake?.();
  await state.loop;
  if (!mayHold || !state.options.releaseOnCancel) return;
  try {
    await state.lock.release(AbortSignal.timeout(Math.min(RELEASE_TIMEOUT_MS, state.options.renewDeadlineMs)));
  } catch (error) {
    state.options.log.error({ lease: state.options.name, error }, 'lease not released');
  }
}
