/** Finds the commit that an event is about (contract, *Git*, *Commit*). */
import { DeliveryError } from '../delivery-error.ts';
import type { FluxEvent } from '../flux-event.ts';

const KEYS = ['commit', 'originRevision', 'revision'] as const;
const COMMIT_LENGTH = 40;

/** @throws DeliveryError final for an event without a revision, or with one that names no commit. */
export function commitOf({ metadata }: FluxEvent): string {
  const key = KEYS.find((each) => metadata.has(each));
  if (key === undefined) throw new DeliveryError('final', 'missing revision metadata');
  const revision = metadata.get(key) ?? '';
  const separator = revision.includes(':') ? ':' : '/';
  const commit = revision.slice(revision.lastIndexOf(separator) + 1);
  if (commit.length === COMMIT_LENGTH) return commit;
  throw new DeliveryError('final', `failed to extract commit hash from '${revision}' revision`);
}
