/** What is remembered of a Receiver that has, had or wants doors of its own. */
import { EXPOSURE_FINALIZER, type ExposureSpec } from '../api/exposure.ts';
import { exposureSchema } from '../api/exposure-schema.ts';
import type { Receiver } from '../api/receiver.ts';
import { schemaViolation } from '../api/schema-violation.ts';
import type { DoorOwner } from './made/exposure-object.ts';
import { grant, type Tenancy } from './tenancy.ts';
import type { Unmet } from './urls.ts';

export interface Entry {
  readonly key: string;
  readonly granted: ExposureSpec;
  /** Why the rest of its wish is not granted; undefined where there is no rest. */
  readonly refused: Unmet | undefined;
  readonly owner: DoorOwner;
  readonly generation: number | undefined;
  readonly createdAt: string;
  readonly resourceVersion: string | undefined;
  readonly finalizers: readonly string[];
  /** Undefined: nothing may lead to it. */
  readonly path: string | undefined;
  /** The path before, which goes on being led to for a while. */
  readonly before: { readonly path: string; readonly untilMs: number } | undefined;
  /** What its last reconcile came to; undefined: none yet. */
  outcome: { readonly problem: Unmet | undefined } | undefined;
}

/** So long the old path stays beside the new one: whatever routes has taken up the new one by then. */
const OVERLAP_MS = 10_000;

/**
 * @param path undefined: it has none, or it is being deleted.
 * @returns undefined for a Receiver that neither wants nor holds anything.
 */
export function entryOf(
  receiver: Receiver,
  path: string | undefined,
  last: Entry | undefined,
  context: { readonly namespace: string; readonly tenancy: Tenancy; readonly nowMs: number },
): Entry | undefined {
  const { metadata, spec } = receiver;
  const { namespace, name, uid = '', generation, resourceVersion, finalizers = [] } = metadata;
  const isGoing = metadata.deletionTimestamp !== undefined;
  const wish = isGoing ? undefined : withoutNulls(spec.exposure);
  if (wish === undefined && !finalizers.includes(EXPOSURE_FINALIZER)) return undefined;
  return {
    ...judged(wish ?? {}, namespace === context.namespace, context.tenancy),
    key: `${namespace}/${name}`,
    owner: { namespace, name, uid },
    generation,
    createdAt: metadata.creationTimestamp ?? '',
    resourceVersion,
    finalizers,
    path: wish === undefined ? undefined : path,
    before: pathBefore(path, last, context.nowMs),
    outcome: last?.generation === generation ? last?.outcome : undefined,
  };
}

function judged(wish: ExposureSpec, isOwn: boolean, tenancy: Tenancy): Pick<Entry, 'granted' | 'refused'> {
  // An API server without validation lets anything in.
  const violation = schemaViolation(exposureSchema, wish, 'spec.exposure');
  if (violation !== undefined) return { granted: {}, refused: { reason: 'Invalid', message: violation } };
  const { granted, refused } = grant(wish, isOwn, tenancy);
  return { granted, refused: refused === undefined ? undefined : { reason: 'ExposureForbidden', message: refused } };
}

/** Null is absent, as everywhere in Kubernetes; an API server without validation may hold it. */
function withoutNulls(wish: ExposureSpec | undefined): ExposureSpec | undefined {
  if (wish === undefined || wish === null) return undefined;
  return JSON.parse(JSON.stringify(wish), (_name, value) => value ?? undefined) as ExposureSpec;
}

function pathBefore(path: string | undefined, last: Entry | undefined, nowMs: number): Entry['before'] {
  if (last?.path === undefined || path === undefined) return undefined;
  if (last.path !== path) return { path: last.path, untilMs: nowMs + OVERLAP_MS };
  return last.before !== undefined && last.before.untilMs > nowMs ? last.before : undefined;
}

/** Whether nothing about its doors is another thing than before. */
export function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.owner.uid === b.owner.uid &&
    a.generation === b.generation &&
    a.path === b.path &&
    a.finalizers.includes(EXPOSURE_FINALIZER) === b.finalizers.includes(EXPOSURE_FINALIZER)
  );
}

/** The older first; of the same age, by name. */
export function byAge(a: Entry, b: Entry): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}
