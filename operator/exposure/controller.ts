/**
 * Reconciles the objects that Receivers request: creates and restores them, and deletes those that nobody requests.
 * Runs on a queue of its own, so that no Receiver waits for it.
 */
import { isDeepStrictEqual } from 'node:util';
import { EXPOSURE_FINALIZER } from '../api/exposure.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../api/receiver/receiver.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import { regarding } from '../kube/events/regarding.ts';
import type { KubeClient, KubeObject } from '../kube/kube-client.ts';
import { applyObject, deleteObject } from './apply-object.ts';
import type { Entry, Outcome } from './entry.ts';
import { kinds } from './kinds.ts';
import { type ExposureObject, exposureName } from './made/exposure-object.ts';
import type { ObservedState } from './observed-state.ts';
import { patchReceiver } from './patch-receiver.ts';
import { type Plan, type PlanContext, planOf } from './plan.ts';
import { reconcileUrlSecret } from './reconcile-url-secret.ts';
import { deleteUrlSecret, type OwnSecret } from './url-secret.ts';
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
  readonly events: Pick<EventRecorder, 'record'>;
  /** Secrets of Receivers that are gone, by the Receiver's key; taken out once they are deleted. */
  readonly endedSecrets: Map<string, OwnSecret>;
}

type OwnObject = Pick<KubeObject, 'metadata'>;

const RECEIVER = { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND };
/** Until the observed state is complete. */
const NOT_YET_MS = 500;
/** A refusal may end without an event: a right that is granted, a webhook that is changed. */
const REFUSED_AGAIN_MS = 60_000;
/** With rights to some Secrets alone none is watched, and nothing tells that one was deleted. */
const SECRET_AGAIN_MS = 600_000;

export function createExposureController(options: ExposureControllerOptions): ExposureController {
  return { reconcile: (key) => reconcile(options, key) };
}

async function reconcile(
  options: ExposureControllerOptions,
  key: string,
): Promise<{ requeueAfterMs: number } | undefined> {
  const { client, endedSecrets } = options;
  const context = options.context();
  if (context === undefined) return { requeueAfterMs: NOT_YET_MS };
  const ended = endedSecrets.get(key);
  if (ended !== undefined) await deleteUrlSecret({ client, ...ended });
  endedSecrets.delete(key);
  const entry = options.entry(key);
  const plan = planOf(entry, context);
  const { objects, problem: planned } = plan;
  const isHeld = entry?.finalizers.includes(EXPOSURE_FINALIZER) ?? false;
  const isElsewhere = entry?.owner.namespace !== context.settings.namespace;
  if (entry !== undefined && objects.length > 0 && isElsewhere && !isHeld) {
    // The change of the Receiver brings the next reconcile, which creates the objects.
    await setFinalizers(client, entry, [...entry.finalizers, EXPOSURE_FINALIZER]);
    return undefined;
  }
  const problem = (await keepAll(options, objects, key, context)) ?? planned;
  const left = await endOthers(options, key, plan, context);
  if (entry !== undefined && isHeld && objects.length + left === 0) {
    const kept = entry.finalizers.filter((finalizer) => finalizer !== EXPOSURE_FINALIZER);
    await setFinalizers(client, entry, kept);
  }
  const secretProblem =
    entry === undefined
      ? undefined
      : await reconcileUrlSecret({ client, found: context.found, entry: options.entry }, entry);
  conclude(options, key, entry, { problem, secretProblem });
  if ((problem ?? secretProblem) !== undefined) return { requeueAfterMs: REFUSED_AGAIN_MS };
  const overlapMs = (entry?.before?.untilMs ?? 0) - context.nowMs;
  if (overlapMs > 0) return { requeueAfterMs: overlapMs };
  return entry?.granted.urlSecret === undefined ? undefined : { requeueAfterMs: SECRET_AGAIN_MS };
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

function setFinalizers(
  client: KubeClient,
  { owner, resourceVersion }: Entry,
  finalizers: readonly string[],
): Promise<void> {
  return patchReceiver(client, owner, { resourceVersion, finalizers });
}

function conclude(
  { entry: entryAt, onOutcome, events }: ExposureControllerOptions,
  key: string,
  judged: Entry | undefined,
  outcome: Outcome,
): void {
  const entry = entryAt(key);
  // A newer generation has a reconcile of its own.
  if (entry === undefined || entry.generation !== judged?.generation) return;
  const before = entry.outcome;
  entry.outcome = outcome;
  const { secretProblem } = outcome;
  if (secretProblem !== undefined && !isDeepStrictEqual(before?.secretProblem, secretProblem)) {
    const { reason, message: note } = secretProblem;
    events.record(regarding(RECEIVER, entry.owner), { type: 'Warning', reason, note });
  }
  if (!isDeepStrictEqual(before, outcome)) onOutcome(key);
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
