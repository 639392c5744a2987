/** How far a target is with what a delivery announced (contract of deliveries, *Follow-up*). Pure. */
import type { Announced } from '../../api/announced.ts';
import type { ObservedTarget } from '../../receivers/observed-target.ts';
import type { FollowState } from '../records/record.ts';
import { isHandled } from './is-handled.ts';
import { containsRevision, isTracked } from './revisions.ts';

/** What is asked of a target. */
export interface Request {
  /** Of the target. */
  readonly kind: string;
  readonly announced: Announced;
  /** What it was annotated with, RFC 3339. */
  readonly requestedAt: string;
  /** The revision that it had then; undefined: not known. */
  readonly revisionThen: string | undefined;
}

/** The kinds of Flux with an artifact. All others have done all they can when they have handled the request. */
const WITH_ARTIFACT: ReadonlySet<string> = new Set([
  'Bucket',
  'ExternalArtifact',
  'GitRepository',
  'HelmChart',
  'HelmRepository',
  'OCIRepository',
]);

export function hasArtifact(kind: string): boolean {
  return WITH_ARTIFACT.has(kind);
}

export function followState(request: Request, observed: ObservedTarget): FollowState {
  const { kind, announced, requestedAt } = request;
  if (hasArtifact(kind) && !isTracked(observed.trackedRef, announced)) return 'unfollowed';
  // A suspended source marks a request as handled too, and stays Ready.
  if (observed.suspended) return 'suspended';
  if (hasArtifact(kind) && containsRevision(observed.revision, announced.revision)) return 'fresh';
  if (!isHandled(observed.lastHandledReconcileAt, requestedAt)) return 'waiting';
  if (observed.ready === 'False') return 'failed';
  if (observed.ready !== 'True') return 'waiting';
  return hasArtifact(kind) ? judgeRevision(request, observed) : 'fresh';
}

/** Of a source that has handled the request and is Ready, without the revision that was announced. */
function judgeRevision({ announced, revisionThen }: Request, { revision, trackedRef }: ObservedTarget): FollowState {
  if (containsRevision(revision, announced.before)) return 'lagging';
  // The highest tag of a range is another one.
  if (revision === revisionThen) return trackedRef === 'semver' ? 'unfollowed' : 'lagging';
  if (revisionThen === undefined && announced.before === undefined) return 'lagging';
  // A tag alone was announced: what it means now is what was pushed.
  return announced.revision === undefined ? 'fresh' : 'superseded';
}

/**
 * Whether a source lags for sure, as its revision is the very one that the push replaced: only then it is annotated again.
 */
export function lagsForSure({ kind, announced, revisionThen }: Request, observed: ObservedTarget): boolean {
  const { ref, before, revision } = announced;
  if (revision === undefined || observed.revision === undefined || !isTracked(observed.trackedRef, announced))
    return false;
  if (kind === 'OCIRepository') {
    return ref !== undefined && observed.trackedRef !== 'semver' && observed.revision === revisionThen;
  }
  return before !== undefined && before !== revision && containsRevision(observed.revision, before);
}
