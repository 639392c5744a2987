import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { DeliveryRecord, Follow, TargetResult } from '../records/record.ts';
import { followState, hasArtifact, type Request } from './follow-state.ts';
import { isHandled } from './is-handled.ts';

/** A target of a delivery that is not yet as far as it can get. */
export interface OpenRequest extends Request {
  readonly record: DeliveryRecord;
  readonly result: TargetResult;
  follow: Follow;
}

/** How far it is now; the very same object as before where nothing has changed. @param appliedAt where it is applied. */
export function nextFollow(request: OpenRequest, observed: ObservedTarget, now: Date, appliedAt?: string): Follow {
  const { follow: before, record, requestedAt, kind } = request;
  const state = followState(request, observed);
  const handled =
    before.handledAt ?? (isHandled(observed.lastHandledReconcileAt, requestedAt) ? now.toISOString() : undefined);
  const isFresh = state === 'fresh' && hasArtifact(kind);
  const next: Follow = {
    state,
    ...(handled === undefined ? {} : { handledAt: handled }),
    ...(observed.revision === undefined ? {} : { revision: observed.revision }),
    ...(isFresh ? { artifactAt: before.artifactAt ?? artifactTime(observed, record, now) } : {}),
    ...(appliedAt === undefined ? {} : { appliedAt }),
    ...(before.nudges === undefined ? {} : { nudges: before.nudges }),
    ...(state === 'failed' && observed.message !== undefined ? { message: observed.message } : {}),
  };
  return isSame(before, next) ? before : next;
}

/** Flux's times have no fraction: one that seems to be just before the webhook is of the second in which it came. */
function artifactTime({ artifactAt }: ObservedTarget, { atMs }: DeliveryRecord, now: Date): string {
  if (artifactAt === undefined) return now.toISOString();
  const artifactMs = Date.parse(artifactAt);
  return artifactMs < atMs && artifactMs + 1_000 > atMs ? now.toISOString() : artifactAt;
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
