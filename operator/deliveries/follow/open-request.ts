import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { DeliveryRecord, Follow, FollowState, TargetResult } from '../records/record.ts';
import { followState, hasArtifact, type Request } from './follow-state.ts';
import { isHandled } from './is-handled.ts';

/** A target of a delivery that is not yet as far as it can get. */
export interface OpenRequest extends Request {
  readonly record: DeliveryRecord;
  readonly result: TargetResult;
  follow: Follow;
}

/** How far it is now; the very same object as before where nothing has changed. @param appliedAt where it is applied. */
export function nextFollow(request: OpenRequest, observed: ObservedTarget, nowMs: number, appliedAt?: string): Follow {
  const { follow: before, requestedAt } = request;
  const state = followState(request, observed);
  const isDone = before.handledAt !== undefined || isHandled(observed.lastHandledReconcileAt, requestedAt);
  // What every delivery begins with, on its way.
  const isBegun = state === 'waiting' && !isDone && before.nudges === undefined;
  if (isBegun && observed.revision !== undefined) {
    return before.state === state && before.revision === observed.revision
      ? before
      : { state, revision: observed.revision };
  }
  const next = wholeFollow(request, observed, { state, isDone, nowMs, appliedAt });
  return isSame(before, next) ? before : next;
}

interface Judged {
  readonly state: FollowState;
  readonly isDone: boolean;
  readonly nowMs: number;
  readonly appliedAt: string | undefined;
}

function wholeFollow(
  { follow: before, record, kind }: OpenRequest,
  observed: ObservedTarget,
  { state, isDone, nowMs, appliedAt }: Judged,
): Follow {
  const isFresh = state === 'fresh' && hasArtifact(kind);
  return {
    state,
    ...(isDone ? { handledAt: before.handledAt ?? new Date(nowMs).toISOString() } : {}),
    ...(observed.revision === undefined ? {} : { revision: observed.revision }),
    ...(isFresh ? { artifactAt: before.artifactAt ?? artifactTime(observed, record, nowMs) } : {}),
    ...(appliedAt === undefined ? {} : { appliedAt }),
    ...(before.nudges === undefined ? {} : { nudges: before.nudges }),
    ...(state === 'failed' && observed.message !== undefined ? { message: observed.message } : {}),
  };
}

/** Flux's times have no fraction: one that seems to be just before the webhook is of the second in which it came. */
function artifactTime({ artifactAt }: ObservedTarget, { atMs }: DeliveryRecord, nowMs: number): string {
  const now = new Date(nowMs).toISOString();
  if (artifactAt === undefined) return now;
  const artifactMs = Date.parse(artifactAt);
  return artifactMs < atMs && artifactMs + 1_000 > atMs ? now : artifactAt;
}

function isSame(a: Follow, b: Follow): boolean {
  return (
    a.state === b.state &&
    a.handledAt === b.handledAt &&
    a.revision === b.revision &&
    a.artifactAt === b.artifactAt &&
    a.appliedAt === b.appliedAt &&
    a.nudges === b.nudges &&
    a.message === b.message
  );
}
