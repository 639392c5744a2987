/**
 * Keeps what was promised to senders (202) and is not yet done: a bounded set of jobs, each retried until it is done.
 * One at a time with back-off while the API server is away, several at once when it is back.
 */

import { pause, type Sleeper } from '../kube/pause.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';

/** `done`, or `gone` when it can never be done; `refused` waits longer than `away`, because someone must act first. */
export type Attempt = 'done' | 'gone' | 'refused' | 'away';

/** How a kept job ended: `abandoned` when the process ended first. */
export type Settled = 'done' | 'gone' | 'abandoned';

export interface Job {
  /** For the log: `Kind/namespace/name`. */
  readonly label: string;
  /** What the job holds in memory beside itself. */
  readonly bytes: number;
  attempt(): Promise<Attempt>;
  /** Called once it is kept no more, however it ended. */
  ended?(): void;
}

/** A job that is kept. */
export interface Kept {
  /** Never rejects. */
  readonly settled: Promise<Settled>;
}

/** Why a job is kept: the API server is away, or it takes longer than the sender waits. */
export type KeepReason = 'away' | 'slow';

export interface Pending {
  /** Keeps a job until it is done; a job that is in already is not taken twice. Undefined: there is no room. */
  keep(job: Job, reason: KeepReason): Kept | undefined;
  /** The job was done by other means. */
  settle(job: Job): void;
  /** The job, if it is kept. */
  find(job: Job): Kept | undefined;
  /** The API server has just answered: retry now. */
  wake(): void;
  /** Retries until all is done or the time is over, then takes nothing more. @returns the number given up. */
  flush(timeoutMs: number): Promise<number>;
  readonly size: number;
  /** How long the job that was kept first has been kept; 0 without one. */
  readonly oldestAgeSeconds: number;
}

export interface PendingMetrics {
  pending(count: number): void;
  abandoned(count: number): void;
}

export interface PendingOptions {
  readonly maxJobs: number;
  readonly maxBytes: number;
  readonly log: Logger;
  readonly metrics: PendingMetrics;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Turn extends Kept {
  readonly keptAtMs: number;
  readonly settle: (settled: Settled) => void;
  notBeforeMs: number;
  refusals: number;
}

interface State extends Sleeper {
  readonly options: PendingOptions;
  readonly jobs: Map<Job, Turn>;
  /** What was logged since the set was last empty. */
  readonly logged: Set<KeepReason>;
  bytes: number;
  working: Promise<void> | undefined;
  closed: boolean;
}

const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 2_000;
const MIN_REFUSED_DELAY_MS = 1_000;
const MAX_REFUSED_DELAY_MS = 60_000;
/** How many jobs are tried at once after one was done. */
const WIDTH = 16;

const WARNINGS: Readonly<Record<KeepReason, string>> = {
  away: 'API server cannot be reached: notifications are kept pending until it answers',
  slow: 'API server is slow: notifications are kept pending that take longer than their senders wait',
};

export function createPending(options: PendingOptions): Pending {
  const state: State = {
    options,
    clock: options.clock,
    wake: undefined,
    jobs: new Map(),
    logged: new Set(),
    bytes: 0,
    working: undefined,
    closed: false,
  };
  return {
    get size() {
      return state.jobs.size;
    },
    get oldestAgeSeconds() {
      return oldestAgeSeconds(state);
    },
    find: (job) => state.jobs.get(job),
    settle: (job) => end(state, job, 'done'),
    wake: () => state.wake?.(),
    keep: (job, reason) => keep(state, job, reason),
    flush: (timeoutMs) => flush(state, timeoutMs),
  };
}

function keep(state: State, job: Job, reason: KeepReason): Kept | undefined {
  const known = state.jobs.get(job);
  if (known !== undefined) return known;
  const { maxJobs, maxBytes, metrics } = state.options;
  if (state.closed || state.jobs.size >= maxJobs || state.bytes + job.bytes > maxBytes) return undefined;
  const { promise, resolve } = Promise.withResolvers<Settled>();
  const keptAtMs = state.clock.elapsedMs();
  const turn: Turn = { settled: promise, settle: resolve, keptAtMs, notBeforeMs: 0, refusals: 0 };
  state.jobs.set(job, turn);
  state.bytes += job.bytes;
  metrics.pending(state.jobs.size);
  warn(state, reason);
  state.working ??= work(state);
  return turn;
}

/** Read when metrics are collected: the jobs are in the order of their attempts, not of their age. */
function oldestAgeSeconds({ jobs, clock }: State): number {
  const nowMs = clock.elapsedMs();
  let oldestMs = nowMs;
  for (const { keptAtMs } of jobs.values()) oldestMs = Math.min(oldestMs, keptAtMs);
  return (nowMs - oldestMs) / 1_000;
}

function warn({ logged, options }: State, reason: KeepReason): void {
  if (logged.has(reason)) return;
  logged.add(reason);
  options.log.warn(WARNINGS[reason]);
}

function end(state: State, job: Job, settled: Settled): void {
  const turn = state.jobs.get(job);
  if (turn === undefined) return;
  state.jobs.delete(job);
  state.bytes -= job.bytes;
  state.options.metrics.pending(state.jobs.size);
  turn.settle(settled);
  job.ended?.();
}

async function work(state: State): Promise<void> {
  const { random, log } = state.options;
  let delayMs = MIN_DELAY_MS;
  let width = 1;
  while (state.jobs.size > 0 && !state.closed) {
    const results = await Promise.all(due(state, width).map((job) => attempt(state, job)));
    if (results.includes('done') && !results.includes('away')) {
      width = WIDTH;
      delayMs = MIN_DELAY_MS;
      continue;
    }
    width = 1;
    await pause(state, delayMs * (0.5 + random()));
    delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
  }
  state.working = undefined;
  state.logged.clear();
  if (state.jobs.size === 0) log.info('every pending notification is settled');
}

function due({ jobs, clock }: State, width: number): Job[] {
  const nowMs = clock.elapsedMs();
  const found: Job[] = [];
  for (const [job, turn] of jobs) {
    if (found.length === width) break;
    if (turn.notBeforeMs <= nowMs) found.push(job);
  }
  return found;
}

async function attempt(state: State, job: Job): Promise<Attempt> {
  const { jobs, clock, options } = state;
  const result = await job.attempt();
  const turn = jobs.get(job);
  if (turn === undefined) return result;
  if (result === 'done' || result === 'gone') {
    if (result === 'gone') options.log.warn({ target: job.label }, 'pending notification dropped: its target is gone');
    end(state, job, result);
    return result;
  }
  if (result === 'away') warn(state, 'away');
  else {
    if (turn.refusals === 0) {
      options.log.warn({ target: job.label }, 'pending notification refused by the API server: retrying');
    }
    turn.refusals += 1;
    turn.notBeforeMs = clock.elapsedMs() + Math.min(MIN_REFUSED_DELAY_MS * 2 ** turn.refusals, MAX_REFUSED_DELAY_MS);
  }
  // To the end of the queue, so that one job that goes on failing does not hold up the others.
  jobs.delete(job);
  jobs.set(job, turn);
  return result;
}

async function flush(state: State, timeoutMs: number): Promise<number> {
  const { log, metrics } = state.options;
  state.wake?.();
  const over = Promise.withResolvers<void>();
  const timer = state.clock.setTimeout(over.resolve, timeoutMs);
  await Promise.race([state.working, over.promise]);
  timer.cancel();
  state.closed = true;
  state.wake?.();
  const left = [...state.jobs.keys()];
  for (const job of left) {
    log.error({ target: job.label }, 'pending notification given up: the process ends before the API server took it');
    end(state, job, 'abandoned');
  }
  metrics.abandoned(left.length);
  return left.length;
}
