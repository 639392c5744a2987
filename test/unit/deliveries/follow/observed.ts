import type { ObservedTarget } from '../../../../operator/receivers/observed-target.ts';

/** A source that is Ready at a revision of its branch. */
export function observed(more: Partial<ObservedTarget> = {}): ObservedTarget {
  return {
    requestedAt: undefined,
    lastHandledReconcileAt: undefined,
    revision: undefined,
    artifactAt: undefined,
    ready: 'True',
    message: undefined,
    suspended: false,
    trackedRef: 'refs/heads/main',
    sourceRef: undefined,
    applied: undefined,
    ...more,
  };
}
