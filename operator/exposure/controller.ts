/**
 * Reconciles the objects that Receivers request: creates and restores them, and deletes those that nobody requests.
 * Runs on a queue of its own, so that no Receiver waits for it.
 */
import { EXPOSURE_FINALIZER } from '../api/exposure.ts';
import { RECEIVER_API_VERSION, RECEIVER_PLURAL } from '../api/receiver/receiver.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { mergePatch } from '../kube/operations.ts';
import { applyObject, deleteObject } from './apply-object.ts';
import type { Entry } from './entry.ts';
import { kinds } from './kinds.ts';
import { type ExposureObject, exposureName } from './made/exposure-object.ts';
import type { ObservedState } from './observed-state.ts';
import { type Plan, type PlanContext, planOf } from './plan.ts';
import type { Unfulfilled } from './urls.ts';
import type { OwnKinds } from './watches.ts';

export interface ExposureController {
  /** @throws ApiError, ConnectionError: to be retried. */
  reconcile(key: string): Promise<{ requeueAfterMs: number } | undefined>;
}

export interface ExposureControllerOptions {
  readonly client: KubeClient;
  readonly live: Pick<ObservedState, 'kinds'>;
  entry(key: string): Entry | undefined;
  /** Undefined: the observed state is not complete yet. */
  context(): PlanContext | undefined;
  /** The outcome for a Receiver has changed. */
  onOutcome(key: string): void;
}

type OwnObject = Pick<KubeObject, 'metadata'>;

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** Until the observed state is complete. */
const NOT_YET_MS = 500;
/** A refusal may end without an event: a right that is granted, a webhook that is changed. */
const REFUSED_AGAIN_MS = 60_000;

export function createExposureController(options: ExposureControllerOptions): ExposureController {
  return { reconcile: (key) => reconcile(options, key) };
}

async function reconcile(
  options: ExposureControllerOptions,
  key: string,
): Promise<{ requeueAfterMs: number } | undefined> {
  const context = options.context();
  if (context === undefined) return { requeueAfterMs: NOT_YET_MS };
  const entry = options.entry(key);
  const plan = planOf(entry, context);
  const { objects, problem: planned } = plan;
  const isHeld = entry?.finalizers.includes(EXPOSURE_FINALIZER) ?? false;
  const isElsewhere = entry?.owner.namespace !== context.settings.namespace;
  if (entry !== undefined && objects.length > 0 && isElsewhere && !isHeld) {
    // The change of the Receiver brings the next reconcile, which creates the objects.
    await setFinalizers(options, entry, [...entry.finalizers, EXPOSURE_FINALIZER]);
    return undefined;
  }
  const problem = (await keepAll(options, objects, key, context)) ?? planned;
  const left = await endOthers(options, key, plan, context);
  if (entry !== undefined && isHeld && objects.length + left === 0) {
    const kept = entry.finalizers.filter((finalizer) => finalizer !== EXPOSURE_FINALIZER);
    await setFinalizers(options, entry, kept);
  }
  conclude(options, key, entry, problem);
  if (problem !== undefined) return { requeueAfterMs: REFUSED_AGAIN_MS };
  const overlapMs = (entry?.before?.untilMs ?? 0) - context.nowMs;
  return overlapMs > 0 ? { requeueAfterMs: overlapMs } : undefined;
}

async function keepAll(
  { client, live }: ExposureControllerOptions,
  objects: readonly ExposureObject[],
  key: string,
  context: PlanContext,
): Promise<Unfulfilled | undefined> {
  let problem: Unfulfilled | undefined;
  for (const wanted of objects) {
    const { namespace, name } = wanted.metadata;
    const type = kinds[wanted.kind];
    const known = live.kinds[wanted.kind].get(`${namespace}/${name}`);
    const mayTake = (owner: string) => owner === key || isFreeForSharers(wanted, owner, context);
    problem ??= await applyObject({ client, type, wanted, known, mayTake });
  }
  return problem;
}

/** @returns how many objects of the Receiver still exist. */
async function endOthers(
  { client, live }: ExposureControllerOptions,
  key: string,
  { objects, held }: Plan,
  context: PlanContext,
): Promise<number> {
  const wanted = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  let left = 0;
  for (const [kind, object] of objectsOf(live.kinds, key)) {
    const { name, deletionTimestamp } = object.metadata;
    if (wanted.has(`${kind}/${name}`)) continue;
    // Another Receiver that shares the Service takes it over.
    if (kind === 'Service' && context.sharers(name).some((sharer) => sharer.key !== key)) continue;
    left += 1;
    if (deletionTimestamp === undefined && !held.includes(`${kind}/${name}`))
      await deleteObject(client, kinds[kind], object);
  }
  return left;
}

async function setFinalizers(
  { client }: ExposureControllerOptions,
  { owner, resourceVersion }: Entry,
  finalizers: readonly string[],
): Promise<void> {
  const { namespace, name } = owner;
  try {
    await mergePatch(client, RECEIVERS, { namespace, name }, { metadata: { resourceVersion, finalizers } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function conclude(
  { entry: entryAt, onOutcome }: ExposureControllerOptions,
  key: string,
  judged: Entry | undefined,
  problem: Unfulfilled | undefined,
): void {
  const entry = entryAt(key);
  // A newer generation has a reconcile of its own.
  if (entry === undefined || entry.generation !== judged?.generation) return;
  const before = entry.outcome;
  entry.outcome = { problem };
  const isSame = before?.problem?.reason === problem?.reason && before?.problem?.message === problem?.message;
  if (before === undefined || !isSame) onOutcome(key);
}

/** Whether a shared Service belongs to a Receiver that shares it, or to one that no longer requests it. */
function isFreeForSharers({ kind, metadata }: ExposureObject, owner: string, context: PlanContext): boolean {
  const sharers = kind === 'Service' ? context.sharers(metadata.name) : [];
  if (sharers.length === 0) return false;
  const [namespace = '', name = ''] = owner.split('/');
  return sharers.some(({ key }) => key === owner) || exposureName({ namespace, name }) !== metadata.name;
}

/** The watched objects that belong to a Receiver. */
function* objectsOf(own: OwnKinds, key: string): Generator<[kind: ExposureObject['kind'], object: OwnObject]> {
  for (const kind of ['Service', 'Ingress', 'HTTPRoute'] as const) {
    for (const object of own[kind].indexed(key)) yield [kind, object];
  }
}
