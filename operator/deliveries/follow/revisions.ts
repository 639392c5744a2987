/** Whether refs and revisions of senders and of Flux mean the same. Pure. */
import type { Announced } from '../../api/announced.ts';

/** The length of a commit; digests are longer. */
const SHORTEST_HASH = 40;
const BEFORE_HASH = ':/@';
const VERSION = /^(?:refs\/tags\/)?v?\d+(?:\.\d+){0,2}(?:[-+].*)?$/;

/**
 * Whether a revision of Flux is of the commit or digest that a sender names: `main@sha1:…`, `v1.2.3@sha256:…`, `sha256:…`,
 * and `main/…` of an older Flux end with it.
 */
export function containsRevision(revision: string | undefined, announced: string | undefined): boolean {
  if (revision === undefined || announced === undefined) return false;
  const hash = announced.slice(announced.lastIndexOf(':') + 1);
  if (hash.length < SHORTEST_HASH) return revision === announced;
  const start = revision.length - hash.length;
  if (start > 0 && !BEFORE_HASH.includes(revision.charAt(start - 1))) return false;
  return revision.endsWith(hash) || revision.toLowerCase().endsWith(hash.toLowerCase());
}

/** Whether a ref that was pushed can move a source. @param trackedRef of `ObservedTarget`. */
export function isTracked(trackedRef: string | undefined, { ref }: Announced): boolean {
  if (trackedRef === undefined) return false;
  // A digest without a tag may be that of any image's tag, and never of a branch.
  if (ref === undefined) return !trackedRef.startsWith('refs/heads/');
  if (trackedRef === 'semver') return VERSION.test(ref);
  if (ref.startsWith('refs/')) return ref === trackedRef;
  return trackedRef === `refs/heads/${ref}` || trackedRef === `refs/tags/${ref}`;
}
