/** The state of one Receiver that requests or holds exposure objects. */
import { EXPOSURE_FINALIZER, type ExposureSpec, URL_SECRET_ANNOTATION } from '../api/exposure.ts';
import { exposureSchema } from '../api/exposure-schema.ts';
import type { Condition, ObjectMeta } from '../api/meta.ts';
import { schemaViolation } from '../api/schema-violation.ts';
import type { ExposureOwner } from './made/exposure-object.ts';
import { grant, type Tenancy } from './tenancy.ts';
import type { Unfulfilled } from './urls.ts';

/** What exposure reads of an object that may request it, such as a Receiver. */
export interface Exposable {
  readonly metadata: ObjectMeta & { readonly namespace?: string };
  readonly spec: { readonly exposure?: ExposureSpec };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ExposedPaths {
  /** Undefined: it has none, so that nothing is exposed. */
  readonly path: string | undefined;
  /** The path of its `previousToken`, which is exposed beside `path`. */
  readonly previousPath?: string | undefined;
}

export interface Outcome {
  /** Why an object that is requested is not as requested. */
  readonly problem: Unfulfilled | undefined;
  /** The same of the Secret with the URL. */
  readonly secretProblem?: Unfulfilled | undefined;
}

export interface Entry extends ExposedPaths {
  readonly key: string;
  readonly granted: ExposureSpec;
  /** Why a part of the request is not granted; undefined: all of it is. */
  readonly refused: Unfulfilled | undefined;
  readonly owner: ExposureOwner;
  readonly generation: number | undefined;
  readonly createdAt: string;
  readonly resourceVersion: string | undefined;
  readonly finalizers: readonly string[];
  /** The path before a rotation, which stays exposed until then. */
  readonly before: { readonly path: string; readonly untilMs: number } | undefined;
  /** The Secret with its URL that was created, or is about to be; undefined: none. */
  heldSecret: string | undefined;
  /** The outcome of its last reconcile; undefined: none yet. */
  outcome: Outcome | undefined;
}

/** How long the old path stays beside the new one: controllers and Gateways take up the new one in that time. */
const OVERLAP_MS = 10_000;

/** @returns undefined for a Receiver that neither requests nor holds anything. */
export function entryOf(
  receiver: Exposable,
  { path, previousPath }: ExposedPaths,
  last: Entry | undefined,
  context: { readonly namespace: string; readonly tenancy: Tenancy; readonly nowMs: number },
): Entry | undefined {
  const { metadata, spec } = receiver;
  const { namespace = '', name, uid = '', generation, resourceVersion, finalizers = [] } = metadata;
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const requested = isDeleted ? undefined : withoutNulls(spec.exposure);
  const heldSecret = metadata.annotations?.[URL_SECRET_ANNOTATION] ?? last?.heldSecret;
  const holds = heldSecret !== undefined || finalizers.includes(EXPOSURE_FINALIZER);
  if (requested === undefined && !holds) return undefined;
  return {
    ...judged(requested ?? {}, namespace === context.namespace, context.tenancy),
    key: `${namespace}/${name}`,
    owner: { namespace, name, uid },
    generation,
    createdAt: metadata.creationTimestamp ?? '',
    resourceVersion,
    finalizers,
    path: requested === undefined ? undefined : path,
    previousPath,
    before: pathBefore(path, last, context.nowMs),
    heldSecret,
    outcome: last?.generation === generation ? last?.outcome : undefined,
  };
}

function judged(requested: ExposureSpec, isOwn: boolean, tenancy: Tenancy): Pick<Entry, 'granted' | 'refused'> {
  // An API server without validation lets anything in.
  const violation = schemaViolation(exposureSchema, requested, 'spec.exposure');
  if (violation !== undefined) return { granted: {}, refused: { reason: 'Invalid', message: violation } };
  const { granted, refused } = grant(requested, isOwn, tenancy);
  return { granted, refused: refused === undefined ? undefined : { reason: 'ExposureForbidden', message: refused } };
}

/** Null is absent, as everywhere in Kubernetes; an API server without validation may hold it. */
function withoutNulls(requested: ExposureSpec | undefined): ExposureSpec | undefined {
  if (requested === undefined || requested === null) return undefined;
  return JSON.parse(JSON.stringify(requested), (_name, value) => value ?? undefined) as ExposureSpec;
}

function pathBefore(path: string | undefined, last: Entry | undefined, nowMs: number): Entry['before'] {
  if (last?.path === undefined || path === undefined) return undefined;
  if (last.path !== path) return { path: last.path, untilMs: nowMs + OVERLAP_MS };
  return last.before !== undefined && last.before.untilMs > nowMs ? last.before : undefined;
}

/** Whether both lead to the same objects. */
export function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.owner.uid === b.owner.uid &&
    a.generation === b.generation &&
    a.path === b.path &&
    a.previousPath === b.previousPath &&
    a.heldSecret === b.heldSecret &&
    a.finalizers.includes(EXPOSURE_FINALIZER) === b.finalizers.includes(EXPOSURE_FINALIZER)
  );
}

/** The older first; of the same age, by name. */
export function byAge(a: Entry, b: Entry): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}
