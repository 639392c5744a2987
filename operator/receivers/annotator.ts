/**
 * Annotates targets, one PATCH at a time each. Webhooks that arrive while a PATCH to their target is under way share
 * the next one: a hot target costs a bounded number of calls, and no webhook is answered by a PATCH that began before
 * it arrived.
 */
import { RequestError } from '../api/errors.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { isAway, isRefusalOfStarting } from './is-away.ts';
import type { Attempt, Job, Pending } from './pending.ts';
import { reconcilePatch } from './reconcile-patch.ts';
import { createRequestedAt } from './requested-at.ts';

export interface Target {
  readonly type: ResourceType;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type Applied = 'applied' | 'pending';

export interface Annotator {
  /**
   * `applied`: a PATCH that began after this call was applied. `pending`: the API server is away or slower than
   * `waitMs`, and the target is kept until it is annotated.
   * @throws RequestError TargetNotFound, TargetRefused, PendingFull
   */
  request(target: Target, waitMs: number): Promise<Applied>;
  /** Keeps a target until it is annotated, with nobody waiting. False: there is no room. */
  keep(target: Target): boolean;
}

export interface AnnotatorOptions {
  readonly client: KubeClient;
  readonly pending: Pending;
  /** Called for each webhook that shares a PATCH with another one. */
  readonly onCoalesced: () => void;
  /** Of one PATCH. */
  readonly timeoutMs?: number;
}

interface Waiter {
  /** Answered `pending` while its PATCH was still to come. */
  promised: boolean;
  timer: NodeJS.Timeout | undefined;
  resolve(applied: Applied): void;
  reject(error: unknown): void;
}

interface Entry extends Job {
  readonly target: Target;
  /** Who waits for the next PATCH. */
  waiters: Waiter[];
  underWay: Promise<Attempt> | undefined;
}

/** For so long after an outage a refusal is taken for a part of it. */
const STARTING_MS = 10_000;

export function createAnnotator(options: AnnotatorOptions): Annotator {
  const { client, pending, onCoalesced, timeoutMs } = options;
  const entries = new Map<string, Entry>();
  const requestedAt = createRequestedAt();
  let lastAwayMs = Number.NEGATIVE_INFINITY;

  async function patch(target: Target): Promise<void> {
    await client.request(reconcilePatch(resourcePath(target.type, target), requestedAt(), timeoutMs));
  }

  function judge(error: unknown): Exclude<Attempt, 'done'> {
    if (isAway(error)) {
      lastAwayMs = Date.now();
      return 'away';
    }
    if (isRefusalOfStarting(error) && Date.now() - lastAwayMs < STARTING_MS) return 'away';
    return isNotFound(error) ? 'gone' : 'refused';
  }

  function entryOf(target: Target): Entry {
    const key = `${target.type.apiVersion}/${target.type.plural}/${target.namespace}/${target.name}`;
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      label: nameOf(target),
      bytes: 0,
      target,
      waiters: [],
      underWay: undefined,
      attempt: () => run(key, entry),
    };
    entries.set(key, entry);
    return entry;
  }

  /** Answers those whose PATCH failed. A promise already made outlives a refusal, but not its target. */
  function fail(entry: Entry, batch: readonly Waiter[], result: Exclude<Attempt, 'done'>, error: unknown): void {
    if (result !== 'away') {
      const code = result === 'gone' ? 'TargetNotFound' : 'TargetRefused';
      const answer = new RequestError(code, `${nameOf(entry.target)}: ${messageOf(error)}`, { cause: error });
      for (const waiter of batch) waiter.reject(answer);
      return;
    }
    // Those that came meanwhile need not wait for the next attempt: it is promised to them too.
    const everyone = batch.concat(entry.waiters);
    entry.waiters = [];
    if (everyone.length === 0) return;
    const kept = pending.owe(entry);
    for (const waiter of everyone) {
      if (kept) waiter.resolve('pending');
      else waiter.reject(new RequestError('PendingFull'));
    }
  }

  /** One PATCH for all who wait, and one more for those who came meanwhile. Never throws. */
  async function patchAll(key: string, entry: Entry): Promise<Attempt> {
    let result: Attempt;
    do {
      const batch = entry.waiters;
      entry.waiters = [];
      try {
        await patch(entry.target);
        result = 'done';
        for (const waiter of batch) waiter.resolve('applied');
        if (!entry.waiters.some((waiter) => waiter.promised)) pending.settle(entry);
      } catch (error) {
        result = judge(error);
        fail(entry, batch, result, error);
      }
    } while (entry.waiters.length > 0);
    // In the same turn as the loop's last look: whoever comes from here on starts a PATCH of its own.
    entry.underWay = undefined;
    if (!pending.has(entry)) entries.delete(key);
    if (result === 'done' && pending.size > 0) pending.wake();
    return result;
  }

  function run(key: string, entry: Entry): Promise<Attempt> {
    entry.underWay ??= patchAll(key, entry);
    return entry.underWay;
  }

  function enqueue(entry: Entry, waitMs: number): Promise<Applied> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        promised: false,
        timer: setTimeout(() => {
          if (pending.owe(entry)) {
            waiter.promised = true;
            resolve('pending');
          } else reject(new RequestError('PendingFull'));
        }, waitMs),
        resolve(applied) {
          clearTimeout(waiter.timer);
          resolve(applied);
        },
        reject(error) {
          clearTimeout(waiter.timer);
          reject(error);
        },
      };
      if (entry.waiters.length > 0) onCoalesced();
      entry.waiters.push(waiter);
      if (entry.underWay === undefined) void entry.attempt();
    });
  }

  return {
    keep: (target) => pending.owe(entryOf(target)),
    request(target, waitMs) {
      const entry = entryOf(target);
      // While it waits for its turn to be tried again, one more webhook changes nothing.
      if (entry.underWay === undefined && pending.has(entry)) return Promise.resolve('pending');
      return enqueue(entry, waitMs);
    },
  };
}

function nameOf(target: Target): string {
  return `${target.kind}/${target.namespace}/${target.name}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
