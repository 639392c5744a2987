/** Tells which moves of a source to another revision nobody asked for: it found them by polling. Pure but for what it remembers. */
import type { ObservedTarget } from '../../receivers/observed-target.ts';

export interface PolledMoves {
  /**
   * @returns what happened to a source that changed: `polled`, it moved, and was annotated by nobody since its last
   * revision; `asked`, it moved after somebody did, or somebody does now; undefined: neither.
   */
  judge(ref: string, before: ObservedTarget, now: ObservedTarget): 'polled' | 'asked' | undefined;
  forget(ref: string): void;
}

export function createPolledMoves(): PolledMoves {
  /** What `requestedAt` was at the revision that a source has, where that is not what it is now. */
  const requestedAtRevision = new Map<string, string | undefined>();
  return {
    judge(ref, before, now) {
      const isAnnotated = before.requestedAt !== now.requestedAt;
      if (before.revision === now.revision) {
        if (isAnnotated && !requestedAtRevision.has(ref)) requestedAtRevision.set(ref, before.requestedAt);
        return isAnnotated ? 'asked' : undefined;
      }
      const isAsked = requestedAtRevision.delete(ref) || isAnnotated;
      return isFirst(before, now) ? undefined : judgeMove(before, now, isAsked);
    },
    forget: (ref) => void requestedAtRevision.delete(ref),
  };
}

function isFirst(before: ObservedTarget, now: ObservedTarget): boolean {
  return before.revision === undefined || now.revision === undefined;
}

/** A request of before this process began to watch is told by the source: it says that it has handled one. */
function judgeMove(before: ObservedTarget, now: ObservedTarget, isAsked: boolean): 'polled' | 'asked' {
  return isAsked || before.lastHandledReconcileAt !== now.lastHandledReconcileAt ? 'asked' : 'polled';
}
