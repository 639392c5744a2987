/**
 * Follows what deliveries had annotated: writes into each record how far its targets are, until they are as far as they
 * get. It hears of deliveries from the journal and of targets from their watches; it asks nobody.
 */
import type { Clock } from '../../observe/clock.ts';
import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { TargetChange, TargetWatches } from '../../receivers/target-watches.ts';
import type { Journal } from '../records/journal.ts';
import type { DeliveryRecord, Follow, ObjectRef } from '../records/record.ts';
import { hasArtifact } from './follow-state.ts';
import type { FreshnessGuard } from './freshness-guard.ts';
import { isHandled } from './is-handled.ts';
import type { FollowMetrics } from './metrics.ts';
import { nextFollow, type OpenRequest } from './open-request.ts';
import { containsRevision } from './revisions.ts';

export interface FollowerOptions {
  readonly journal: Pick<Journal, 'subscribe' | 'changed'>;
  readonly watches: Pick<TargetWatches, 'find' | 'observed' | 'subscribe'>;
  readonly mode: 'sources' | 'applied' | 'off';
  readonly guard: FreshnessGuard;
  readonly metrics: Pick<FollowMetrics, 'artifact' | 'applied'>;
  /** How many targets are followed at once; the one that was asked first is left. */
  readonly maxTargets: number;
  readonly clock: Pick<Clock, 'now'>;
}

interface OpenTarget {
  /** `Kind/namespace/name` */
  readonly ref: string;
  readonly kind: string;
  /** `namespace/name` */
  readonly key: string;
  /** From the oldest to the newest. */
  requests: OpenRequest[];
}

interface State {
  readonly options: FollowerOptions;
  /** By `ref`, in the order of the first request. */
  readonly targets: Map<string, OpenTarget>;
}

/** Of one target; of those that announce the same, as many as a journal holds of one object. */
const MAX_REQUESTS = 20;
const APPLYING = ['Kustomization', 'HelmRelease'] as const;
const UNFOLLOWED: Follow = Object.freeze({ state: 'unfollowed' });
const WAITING: Follow = Object.freeze({ state: 'waiting' });

/** Follows from now on. @returns what ends it. */
export function startFollower(options: FollowerOptions): () => void {
  const state: State = { options, targets: new Map() };
  options.guard.onNudged((request, nudges) => {
    if (show(request, { ...request.follow, nudges })) options.journal.changed(request.record);
  });
  options.watches.subscribe((change) => targetChanged(state, change));
  return options.journal.subscribe((record) => take(state, record));
}

/** A record is new, or a target of it that was pending is annotated. */
function take(state: State, record: DeliveryRecord): void {
  const { targets, announced } = record;
  if (targets === undefined) return;
  for (const result of targets) {
    if (result.requestedAt === undefined || result.follow !== undefined) continue;
    if (announced === undefined || state.options.mode === 'off') result.follow = UNFOLLOWED;
    else begin(state, record, { result, announced, requestedAt: result.requestedAt });
  }
}

function begin(
  state: State,
  record: DeliveryRecord,
  { result, announced, requestedAt }: Pick<OpenRequest, 'result' | 'announced' | 'requestedAt'>,
): void {
  const { ref } = result;
  const open = state.targets.get(ref) ?? openTarget(ref);
  const known = state.options.watches.find(open.kind, open.key);
  result.follow = known === undefined ? UNFOLLOWED : WAITING;
  if (known === undefined) return;
  const { observed } = known;
  const request: OpenRequest = {
    record,
    result,
    announced,
    requestedAt,
    kind: open.kind,
    follow: WAITING,
    // Of one that has been quick nobody knows what it had.
    revisionThen: isHandled(observed?.lastHandledReconcileAt, requestedAt) ? undefined : observed?.revision,
  };
  if (observed !== undefined) advance(state, open, request, observed);
  if (request.follow.state === 'unfollowed') return;
  if (isOutdated(open, request)) {
    show(request, { ...request.follow, state: 'superseded' });
    return;
  }
  supersede(state, open, request);
  if (!isOver(state.options, request)) open.requests.push(request);
  if (open.requests.length > MAX_REQUESTS) open.requests.shift();
  if (observed !== undefined) state.options.guard.look(ref, request, observed);
  if (open.requests.length === 0) state.targets.delete(ref);
  else state.targets.set(ref, open);
  if (state.targets.size > state.options.maxTargets) dropOldest(state);
}

function openTarget(ref: string): OpenTarget {
  const slash = ref.indexOf('/');
  return { ref, kind: ref.slice(0, slash), key: ref.slice(slash + 1), requests: [] };
}

/** A newer delivery that announces another revision is followed already: this one was pending for longer. */
function isOutdated({ requests: [first] }: OpenTarget, { record, announced }: OpenRequest): boolean {
  return first !== undefined && first.record.atMs > record.atMs && !isAlike(first.announced, announced);
}

/** What another revision was announced for is out of date. All that is open of a target announces the same. */
function supersede({ options }: State, open: OpenTarget, { announced }: OpenRequest): void {
  const outdated = open.requests;
  const [first] = outdated;
  if (first === undefined || isAlike(first.announced, announced)) return;
  open.requests = [];
  for (const request of outdated) {
    // Once fresh it stays so.
    if (request.follow.state === 'fresh') continue;
    const { message: _message, ...rest } = request.follow;
    if (show(request, { ...rest, state: 'superseded' })) options.journal.changed(request.record);
  }
}

function isAlike(a: OpenRequest['announced'], b: OpenRequest['announced']): boolean {
  return a.revision === b.revision && a.ref === b.ref;
}

function targetChanged(state: State, { kind, event }: TargetChange): void {
  if (state.targets.size === 0) return;
  const isApplying = state.options.mode === 'applied' && APPLYING.some((known) => known === kind);
  if (event === undefined) {
    for (const open of [...state.targets.values()]) if (isApplying || open.kind === kind) look(state, open);
    return;
  }
  const { observed } = event.object;
  const previous = event.type === 'updated' ? event.previous?.observed : undefined;
  if (observed === undefined || !isNews(previous, observed)) return;
  lookAt(state, `${kind}/${event.key}`);
  if (isApplying && observed.sourceRef !== undefined) lookAt(state, observed.sourceRef);
}

function lookAt(state: State, ref: string): void {
  const open = state.targets.get(ref);
  if (open !== undefined) look(state, open);
}

/** Most changes are our own annotation. */
function isNews(before: ObservedTarget | undefined, now: ObservedTarget): boolean {
  return (
    before === undefined ||
    before.lastHandledReconcileAt !== now.lastHandledReconcileAt ||
    before.revision !== now.revision ||
    before.ready !== now.ready ||
    before.message !== now.message ||
    before.suspended !== now.suspended ||
    before.trackedRef !== now.trackedRef ||
    before.sourceRef !== now.sourceRef ||
    before.applied?.join() !== now.applied?.join()
  );
}

function look(state: State, open: OpenTarget): void {
  const observed = state.options.watches.find(open.kind, open.key)?.observed;
  if (observed === undefined) return;
  for (const request of open.requests) {
    if (advance(state, open, request, observed)) state.options.journal.changed(request.record);
  }
  close(state, open, observed);
}

/** @returns whether there is something new to tell. */
function advance({ options }: State, open: OpenTarget, request: OpenRequest, observed: ObservedTarget): boolean {
  const { mode, clock } = options;
  const nowMs = clock.now();
  const before = request.follow;
  const appliedAt = mode === 'applied' ? appliedTime(options, request, nowMs) : undefined;
  // A source that went on is no longer what a delivery waits for.
  const next =
    before.state === 'fresh' ? withApplied(before, appliedAt) : nextFollow(request, observed, nowMs, appliedAt);
  if (!show(request, next)) return false;
  if (next.state === 'fresh') measure(options, open, { before, next, seconds: (nowMs - request.record.atMs) / 1_000 });
  return true;
}

interface Step {
  readonly before: Follow;
  readonly next: Follow;
  /** Since the webhook. */
  readonly seconds: number;
}

function measure({ metrics }: FollowerOptions, { kind, key }: OpenTarget, { before, next, seconds }: Step): void {
  const [namespace = '', name = ''] = key.split('/');
  const target: ObjectRef = { kind, namespace, name };
  if (next.artifactAt !== undefined && before.artifactAt === undefined) metrics.artifact(target, seconds);
  if (next.appliedAt !== undefined && before.appliedAt === undefined) metrics.applied(target, seconds);
}

function withApplied(follow: Follow, appliedAt: string | undefined): Follow {
  return appliedAt === undefined || follow.appliedAt !== undefined ? follow : { ...follow, appliedAt };
}

function show(request: OpenRequest, follow: Follow): boolean {
  if (follow === request.follow && follow === request.result.follow) return false;
  request.follow = follow;
  request.result.follow = follow;
  return true;
}

/** Once every object that applies the source, and is not suspended, has the revision. */
function appliedTime({ watches }: FollowerOptions, request: OpenRequest, nowMs: number): string | undefined {
  const { announced, result, follow } = request;
  if (follow.appliedAt !== undefined || announced.revision === undefined) return follow.appliedAt;
  const users = usersOf(watches, result.ref);
  const hasApplied = ({ applied = [] }: ObservedTarget) =>
    applied.some((revision) => containsRevision(revision, announced.revision));
  return users.length > 0 && users.every(hasApplied) ? new Date(nowMs).toISOString() : undefined;
}

function usersOf(watches: FollowerOptions['watches'], ref: string): readonly ObservedTarget[] {
  return APPLYING.flatMap((kind) =>
    Array.from(watches.observed(kind)).filter(({ sourceRef, suspended }) => sourceRef === ref && !suspended),
  );
}

/** Leaves what is as far as it gets, and has the guard look at the newest of what is left. */
function close({ options, targets }: State, open: OpenTarget, observed: ObservedTarget): void {
  const newest = open.requests.at(-1);
  open.requests = open.requests.filter((request) => !isOver(options, request));
  if (newest !== undefined) options.guard.look(open.ref, newest, observed);
  if (open.requests.length === 0) targets.delete(open.ref);
}

function isOver({ mode }: FollowerOptions, { follow, kind }: OpenRequest): boolean {
  if (follow.state !== 'fresh') return follow.state === 'superseded' || follow.state === 'unfollowed';
  // What applies it may come, or be listed, later.
  return mode !== 'applied' || !hasArtifact(kind) || follow.appliedAt !== undefined;
}

function dropOldest({ targets, options }: State): void {
  const [oldest] = targets.keys();
  if (oldest === undefined) return;
  targets.delete(oldest);
  options.guard.forget(oldest);
}
