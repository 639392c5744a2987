/**
 * Annotates targets, one PATCH at a time each. Webhooks that arrive while a PATCH to their target is under way share
 * the next one: a hot target costs a bounded number of calls, and no webhook is answered by a PATCH that began before
 * it arrived.
 */

import { RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { resourcePath } from '../kube/resource-path.ts';
import type { Clock, Timer } from '../observe/clock.ts';
import { isAway, isRefusalOfStarting } from './is-away.ts';
import type { Attempt, Job, KeepReason, Kept, Pending } from './pending.ts';
import { reconcilePatch } from './reconcile-patch.ts';
import { createRequestedAt } from './requested-at.ts';

export interface Target {
  readonly type: ResourceType;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A PATCH was applied. */
export interface Patched {
  /** The value of the annotation. */
  readonly requestedAt: string;
  /** Whether somebody else's delivery shares the PATCH, and came before. */
  readonly coalesced: boolean;
}

/** A target that is kept until a PATCH is applied. */
export interface KeptTarget extends Kept {
  /** The value of the annotation, once it is settled. */
  requestedAt(): string | undefined;
}

/** A PATCH was applied, or the target is kept until one is. */
export type Applied = Patched | KeptTarget;

/** The API server cannot be reached or is not able, and the target is not kept: whoever asked tries again. */
export interface Away {
  readonly away: string;
}

export interface Annotator {
  /**
   * Patched: by a PATCH that began after this call. Kept: the API server is away or slower than `waitMs`,
   * and the target is kept pending until it is annotated.
   * @throws RequestError TargetNotFound, TargetRefused, PendingFull
   */
  request(target: Target, waitMs: number): Promise<Applied>;
  /**
   * As `request`, for a caller that holds what caused it: nothing is kept, and how long it takes is the caller's affair.
   * @param background whether no sender waits, nor was promised anything.
   * @throws RequestError TargetNotFound, TargetRefused
   */
  annotate(target: Target, background?: boolean): Promise<Patched | Away>;
  /** Targets with a PATCH under way or kept. */
  readonly size: number;
}

export interface AnnotatorOptions {
  readonly client: KubeClient;
  readonly pending: Pending;
  readonly clock: Clock;
  /** Called for each webhook that shares a PATCH with another one. */
  readonly onCoalesced: () => void;
  /** Of one PATCH. */
  readonly timeoutMs?: number;
}

interface Waiter {
  /** Answered as kept while its PATCH was still to come. */
  promised: boolean;
  timer: Timer | undefined;
  resolve(applied: Applied): void;
  reject(error: unknown): void;
  /** Set where the caller holds what caused it: called rather than to keep the target. */
  readonly release: ((away: Away) => void) | undefined;
  readonly background: boolean;
}

interface Entry extends Job {
  readonly key: string;
  readonly target: Target;
  /** Who waits for the next PATCH. */
  waiters: Waiter[];
  /** What the last PATCH that was applied has set. */
  requestedAt: string | undefined;
  underWay: Promise<Attempt> | undefined;
}

interface State {
  readonly options: AnnotatorOptions;
  readonly entries: Map<string, Entry>;
  readonly requestedAt: () => string;
  /** When the API server was last found to be away. */
  lastAwayMs: number;
}

/** How long after an outage a refusal is taken for a part of it. */
const STARTING_MS = 10_000;

export function createAnnotator(options: AnnotatorOptions): Annotator {
  const { pending } = options;
  const state: State = {
    options,
    entries: new Map(),
    requestedAt: createRequestedAt(),
    lastAwayMs: Number.NEGATIVE_INFINITY,
  };
  return {
    request(target, waitMs) {
      const entry = entryOf(state, target);
      // While it waits to be retried, one more webhook changes nothing.
      const kept = entry.underWay === undefined ? pending.find(entry) : undefined;
      return kept === undefined ? enqueue(state, entry, waitMs) : Promise.resolve(keptTarget(entry, kept));
    },
    get size() {
      return state.entries.size;
    },
    annotate: (target, background = false) => annotate(state, entryOf(state, target), background),
  };
}

function entryOf(state: State, target: Target): Entry {
  const key = `${target.type.apiVersion}/${target.type.plural}/${target.namespace}/${target.name}`;
  const known = state.entries.get(key);
  if (known !== undefined) return known;
  const entry: Entry = {
    key,
    label: nameOf(target),
    bytes: 0,
    target,
    waiters: [],
    requestedAt: undefined,
    underWay: undefined,
    attempt: () => run(state, entry),
    ended: () => forget(state, entry),
  };
  state.entries.set(key, entry);
  return entry;
}

/** An entry that nobody waits for costs nothing. */
function forget({ entries, options }: State, entry: Entry): void {
  if (entry.underWay === undefined && options.pending.find(entry) === undefined) entries.delete(entry.key);
}

function enqueue(state: State, entry: Entry, waitMs: number): Promise<Applied> {
  const { clock } = state.options;
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      promised: false,
      timer: undefined,
      resolve,
      reject,
      release: undefined,
      background: false,
    };
    waiter.timer = clock.setTimeout(() => {
      waiter.promised = answerKept(state, entry, [waiter], 'slow');
    }, waitMs);
    join(state, entry, waiter);
  });
}

function annotate(state: State, entry: Entry, background: boolean): Promise<Patched | Away> {
  return new Promise((resolve, reject) => {
    // Who is released is never kept.
    const applied = (given: Applied): void => resolve(given as Patched);
    join(state, entry, { promised: false, timer: undefined, resolve: applied, reject, release: resolve, background });
  });
}

/** Waits for the next PATCH, which begins now unless one is under way. */
function join({ options }: State, entry: Entry, waiter: Waiter): void {
  if (entry.waiters.length > 0) options.onCoalesced();
  entry.waiters.push(waiter);
  if (entry.underWay === undefined) void entry.attempt();
}

function run(state: State, entry: Entry): Promise<Attempt> {
  entry.underWay ??= patchAll(state, entry);
  return entry.underWay;
}

/** One PATCH for all who wait, and one more for those who came meanwhile. Never throws. */
async function patchAll(state: State, entry: Entry): Promise<Attempt> {
  const { pending } = state.options;
  let result: Attempt;
  do {
    const batch = entry.waiters;
    entry.waiters = [];
    try {
      const requestedAt = await patch(state, entry.target, batch);
      result = 'done';
      entry.requestedAt = requestedAt;
      answerPatched(batch, requestedAt);
      if (!entry.waiters.some((waiter) => waiter.promised)) pending.settle(entry);
    } catch (error) {
      result = judge(state, error);
      fail(state, { entry, batch, result, error });
    }
  } while (entry.waiters.length > 0);
  // In the same turn as the loop's last check: whoever comes from here on starts a PATCH of its own.
  entry.underWay = undefined;
  forget(state, entry);
  if (result === 'done' && pending.size > 0) pending.wake();
  return result;
}

/** @returns the value of the annotation. */
async function patch(state: State, target: Target, batch: readonly Waiter[]): Promise<string> {
  const { client, timeoutMs } = state.options;
  const requestedAt = state.requestedAt();
  const request = reconcilePatch(resourcePath(target.type, target), requestedAt, timeoutMs);
  await client.request(isBackground(batch) ? { ...request, background: true } : request);
  return requestedAt;
}

function answerPatched(batch: readonly Waiter[], requestedAt: string): void {
  const [first, ...others] = batch;
  if (first !== undefined) answer(first, { requestedAt, coalesced: false });
  if (others.length === 0) return;
  const shared: Patched = { requestedAt, coalesced: true };
  for (const waiter of others) answer(waiter, shared);
}

function keptTarget(entry: Entry, { settled }: Kept): KeptTarget {
  return { settled, requestedAt: () => entry.requestedAt };
}

/** An empty batch is one of promises. */
function isBackground(batch: readonly Waiter[]): boolean {
  return batch.length > 0 && batch.every(({ background }) => background);
}

function judge(state: State, error: unknown): Exclude<Attempt, 'done'> {
  const nowMs = state.options.clock.elapsedMs();
  if (isAway(error)) {
    state.lastAwayMs = nowMs;
    return 'away';
  }
  if (isRefusalOfStarting(error) && nowMs - state.lastAwayMs < STARTING_MS) return 'away';
  return isNotFound(error) ? 'gone' : 'refused';
}

interface Failure {
  readonly entry: Entry;
  readonly batch: readonly Waiter[];
  readonly result: Exclude<Attempt, 'done'>;
  readonly error: unknown;
}

/** Answers those whose PATCH failed. A promise already made outlives a refusal, but not its target. */
function fail(state: State, { entry, batch, result, error }: Failure): void {
  if (result === 'away') {
    // Those that came meanwhile need not wait for the next attempt: it is promised to them too.
    const everyone = batch.concat(entry.waiters);
    entry.waiters = [];
    const senders = everyone.filter(({ release }) => release === undefined);
    if (senders.length > 0) answerKept(state, entry, senders, 'away');
    for (const { release } of everyone) release?.({ away: messageOf(error) });
    return;
  }
  const code = result === 'gone' ? 'TargetNotFound' : 'TargetRefused';
  const refusal = new RequestError(code, `${nameOf(entry.target)}: ${messageOf(error)}`, { cause: error });
  for (const waiter of batch) {
    waiter.timer?.cancel();
    waiter.reject(refusal);
  }
}

/** @returns whether there was room. */
function answerKept({ options }: State, entry: Entry, waiters: readonly Waiter[], reason: KeepReason): boolean {
  const kept = options.pending.keep(entry, reason);
  for (const waiter of waiters) {
    if (kept !== undefined) answer(waiter, keptTarget(entry, kept));
    else {
      waiter.timer?.cancel();
      waiter.reject(new RequestError('PendingFull'));
    }
  }
  return kept !== undefined;
}

function answer(waiter: Waiter, applied: Applied): void {
  waiter.timer?.cancel();
  waiter.resolve(applied);
}

function nameOf(target: Target): string {
  return `${target.kind}/${target.namespace}/${target.name}`;
}
