/**
 * Annotates a source again that has fetched and still has the very revision that a push replaced: its git server or
 * registry lags behind its own webhook (contract of deliveries, *Freshness guard*).
 */
import type { Clock, Timer } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Annotator } from '../../receivers/annotator.ts';
import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { TargetWatches } from '../../receivers/target-watches.ts';
import type { ObjectRef } from '../records/record.ts';
import { lagsForSure } from './follow-state.ts';
import { isHandled } from './is-handled.ts';
import type { FollowMetrics, NudgeOutcome } from './metrics.ts';
import type { OpenRequest } from './open-request.ts';

/** `spec.follow` of the object that a delivery came for. */
export interface GuardSettings {
  readonly fresh: boolean;
  readonly withinMs: number;
}

export interface FreshnessGuard {
  /** Looks at a target that has changed. @param request the newest of its requests. */
  look(ref: string, request: OpenRequest, observed: ObservedTarget): void;
  /** A target is followed no longer. */
  forget(ref: string): void;
  /** The listener gets each request whose target was annotated again, and how often that was. */
  onNudged(listener: (request: OpenRequest, nudges: number) => void): void;
  stop(): void;
}

export interface FreshnessGuardOptions {
  readonly enabled: boolean;
  readonly annotator: Pick<Annotator, 'annotate'>;
  readonly watches: Pick<TargetWatches, 'find'>;
  readonly settingsOf: (object: ObjectRef) => GuardSettings;
  /** Given up: the source still has the revision before. */
  readonly onNotSeen: (request: OpenRequest, nudges: number) => void;
  readonly metrics: Pick<FollowMetrics, 'nudge'>;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly log: Logger;
}

interface Guarded {
  readonly ref: string;
  readonly request: OpenRequest;
  readonly untilMs: number;
  nudges: number;
  /** Of the last annotation, the first included. */
  requestedAt: string;
  annotatedMs: number;
  /** Whether the source has handled that. */
  isHandled: boolean;
  isAnnotating: boolean;
  /** Of the last nudge nobody knows yet what comes of it. */
  isUnjudged: boolean;
  isGivenUp: boolean;
  timer: Timer | undefined;
}

interface State {
  readonly options: FreshnessGuardOptions;
  readonly guarded: Map<string, Guarded>;
  /** What is no longer guarded, and is not again. */
  readonly over: WeakSet<OpenRequest>;
  readonly listeners: ((request: OpenRequest, nudges: number) => void)[];
}

const DELAYS_MS = [2_000, 5_000, 15_000] as const;
const LAST_DELAY_MS = 60_000;
const MAX_NUDGES = 8;

export function createFreshnessGuard(options: FreshnessGuardOptions): FreshnessGuard {
  const state: State = { options, guarded: new Map(), over: new WeakSet(), listeners: [] };
  return {
    look(ref, request, observed) {
      if (options.enabled) look(state, ref, request, observed);
    },
    forget: (ref) => end(state, ref, 'ended'),
    onNudged: (listener) => void state.listeners.push(listener),
    stop() {
      for (const ref of [...state.guarded.keys()]) end(state, ref, 'ended');
    },
  };
}

function look(state: State, ref: string, request: OpenRequest, observed: ObservedTarget): void {
  const known = state.guarded.get(ref);
  const { state: followed } = request.follow;
  const isBehind = lagsForSure(request, observed);
  // A source that stores a new revision has the one before until that is done, and is not Ready meanwhile.
  const isBusy = isBehind && followed === 'waiting' && known?.request === request;
  const lags = isBehind && followed === 'lagging';
  if (known !== undefined && ((!lags && !isBusy) || known.request !== request)) {
    end(state, ref, known.request.follow.state === 'fresh' ? 'fresh' : 'ended');
  }
  if (!lags && !isBusy) return;
  const guarded = state.guarded.get(ref) ?? begin(state, ref, request);
  if (guarded === undefined) return;
  guarded.isHandled = !isBusy && isHandled(observed.lastHandledReconcileAt, guarded.requestedAt);
  schedule(state, guarded);
}

function begin({ guarded, over, options }: State, ref: string, request: OpenRequest): Guarded | undefined {
  const { fresh, withinMs } = options.settingsOf(request.record.object);
  if (!fresh || over.has(request)) return undefined;
  const { requestedAt, record } = request;
  const begun: Guarded = {
    ...{ ref, request, requestedAt, nudges: 0, isHandled: true, isAnnotating: false, isUnjudged: false },
    ...{ isGivenUp: false, timer: undefined, annotatedMs: Date.parse(requestedAt), untilMs: record.atMs + withinMs },
  };
  guarded.set(ref, begun);
  return begun;
}

/** The next annotation, when the source has handled the last one, or the end. */
function schedule(state: State, guarded: Guarded): void {
  guarded.timer?.cancel();
  guarded.timer = undefined;
  if (guarded.isAnnotating || guarded.isGivenUp) return;
  const { clock } = state.options;
  const dueMs = guarded.annotatedMs + (DELAYS_MS[guarded.nudges] ?? LAST_DELAY_MS);
  const isLast = guarded.nudges >= MAX_NUDGES || dueMs > guarded.untilMs;
  const endMs = guarded.nudges >= MAX_NUDGES ? Math.min(dueMs, guarded.untilMs) : guarded.untilMs;
  const annotates = guarded.isHandled && !isLast;
  const atMs = annotates ? dueMs : endMs;
  const run = () => (annotates ? void annotate(state, guarded) : giveUp(state, guarded));
  guarded.timer = clock.setTimeout(run, Math.max(atMs - clock.now(), 0));
}

async function annotate(state: State, guarded: Guarded): Promise<void> {
  const { watches, annotator, clock, log, settingsOf } = state.options;
  const [kind = '', namespace = '', name = ''] = guarded.ref.split('/');
  const known = watches.find(kind, `${namespace}/${name}`);
  if (known === undefined || !settingsOf(guarded.request.record.object).fresh) {
    end(state, guarded.ref, 'ended');
    return;
  }
  judge(state, guarded, 'lagging');
  guarded.isAnnotating = true;
  guarded.nudges += 1;
  try {
    const applied = await annotator.annotate({ type: known.type, kind, namespace, name }, true);
    if ('requestedAt' in applied) {
      guarded.requestedAt = applied.requestedAt;
      guarded.isHandled = false;
      guarded.isUnjudged = true;
      log.info({ target: guarded.ref, nudges: guarded.nudges }, 'source annotated again: it has the revision before');
    } else state.options.metrics.nudge('error');
  } catch (error) {
    state.options.metrics.nudge('error');
    log.debug({ target: guarded.ref, error }, 'source not annotated again');
  }
  guarded.isAnnotating = false;
  guarded.annotatedMs = clock.now();
  for (const listener of state.listeners) listener(guarded.request, guarded.nudges);
  if (state.guarded.get(guarded.ref) !== guarded) return;
  const observed = watches.find(kind, `${namespace}/${name}`)?.observed;
  // Of one that could not be annotated nothing new is to be waited for.
  guarded.isHandled = isHandled(observed?.lastHandledReconcileAt, guarded.requestedAt);
  schedule(state, guarded);
}

function giveUp(state: State, guarded: Guarded): void {
  judge(state, guarded, 'lagging');
  guarded.isGivenUp = true;
  state.options.onNotSeen(guarded.request, guarded.nudges);
}

function end(state: State, ref: string, outcome: NudgeOutcome): void {
  const guarded = state.guarded.get(ref);
  if (guarded === undefined) return;
  guarded.timer?.cancel();
  judge(state, guarded, outcome);
  state.guarded.delete(ref);
  state.over.add(guarded.request);
}

/** Each nudge is counted once. */
function judge({ options }: State, guarded: Guarded, outcome: NudgeOutcome): void {
  if (guarded.isUnjudged) options.metrics.nudge(outcome);
  guarded.isUnjudged = false;
}
