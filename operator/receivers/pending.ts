/**
 * What has been promised to senders (202) and is not yet done: a bounded set of jobs, tried again until each is done.
 * One at a time with back-off while the API server is away, several at once when it is back.
 */
import type { Logger } from '../observe/log.ts';

/** `done`, or `gone` when it can never be done; `refused` waits longer than `away`, because someone must act first. */
export type Attempt = 'done' | 'gone' | 'refused' | 'away';

export interface Job {
  /** For the log: `Kind/namespace/name`. */
  readonly label: string;
  /** What the job holds in memory beside itself. */
  readonly bytes: number;
  attempt(): Promise<Attempt>;
}

export interface Pending {
  /** Takes a job until it is done; a job that is already in is not taken twice. False: there is no room. */
  owe(job: Job): boolean;
  /** The job was done by other means. */
  settle(job: Job): void;
  has(job: Job): boolean;
  /** The API server has just answered: try now. */
  wake(): void;
  /** Tries until all is done or the time is over, then takes nothing more. @returns the number given up. */
  flush(timeoutMs: number): Promise<number>;
  readonly size: number;
}

export interface PendingMetrics {
  pending(count: number): void;
  abandoned(count: number): void;
}

interface PendingOptions {
  readonly maxJobs: number;
  readonly maxBytes: number;
  readonly log: Logger;
  readonly metrics: PendingMetrics;
  readonly random: () => number;
}

const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 2_000;
const MAX_REFUSED_DELAY_MS = 60_000;
/** How many jobs are tried at once after one was done. */
const WIDTH = 16;

interface Turn {
  notBeforeMs: number;
  refusals: number;
}

export function createPending(options: PendingOptions): Pending {
  const { maxJobs, maxBytes, log, metrics, random } = options;
  const jobs = new Map<Job, Turn>();
  let bytes = 0;
  let working: Promise<void> | undefined;
  let wakeUp: (() => void) | undefined;
  let closed = false;

  function remove(job: Job): void {
    if (!jobs.delete(job)) return;
    bytes -= job.bytes;
    metrics.pending(jobs.size);
  }

  function due(width: number): Job[] {
    const now = Date.now();
    const found: Job[] = [];
    for (const [job, turn] of jobs) {
      if (found.length === width) break;
      if (turn.notBeforeMs <= now) found.push(job);
    }
    return found;
  }

  async function attempt(job: Job): Promise<Attempt> {
    const result = await job.attempt();
    const turn = jobs.get(job);
    if (turn === undefined) return result;
    if (result === 'done' || result === 'gone') {
      if (result === 'gone') log.warn({ target: job.label }, 'pending notification dropped: its target is gone');
      remove(job);
      return result;
    }
    if (result === 'refused') {
      turn.refusals += 1;
      turn.notBeforeMs = Date.now() + Math.min(1_000 * 2 ** turn.refusals, MAX_REFUSED_DELAY_MS);
    }
    // To the end of the line, so that one job that goes on failing does not hold up the others.
    jobs.delete(job);
    jobs.set(job, turn);
    return result;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function work(): Promise<void> {
    let delayMs = MIN_DELAY_MS;
    let width = 1;
    log.warn('the API server is away: notifications are kept until it is back');
    while (jobs.size > 0 && !closed) {
      const results = await Promise.all(due(width).map(attempt));
      if (results.includes('done') && !results.includes('away')) {
        width = WIDTH;
        delayMs = MIN_DELAY_MS;
        continue;
      }
      width = 1;
      await pause(delayMs * (0.5 + random()));
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
    working = undefined;
    if (jobs.size === 0) log.info('every pending notification is settled');
  }

  return {
    get size() {
      return jobs.size;
    },
    has: (job) => jobs.has(job),
    settle: remove,
    wake: () => wakeUp?.(),
    owe(job) {
      if (jobs.has(job)) return true;
      if (closed || jobs.size >= maxJobs || bytes + job.bytes > maxBytes) return false;
      jobs.set(job, { notBeforeMs: 0, refusals: 0 });
      bytes += job.bytes;
      metrics.pending(jobs.size);
      working ??= work();
      return true;
    },
    async flush(timeoutMs) {
      wakeUp?.();
      const time = pauseOf(timeoutMs);
      await Promise.race([working, time.over]);
      time.cancel();
      closed = true;
      wakeUp?.();
      for (const job of jobs.keys()) {
        log.error({ target: job.label }, 'pending notification given up: the API server is still away');
      }
      metrics.abandoned(jobs.size);
      return jobs.size;
    },
  };
}

function pauseOf(ms: number): { over: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { over, cancel: () => clearTimeout(timer) };
}
