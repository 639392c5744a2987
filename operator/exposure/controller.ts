/**
 * Makes the objects that Receivers ask for, follows them, and ends those that nobody asks for any more. On a queue of
 * its own: no Receiver waits for it.
 */
import { EXPOSURE_FINALIZER } from '../api/exposure.ts';
import { RECEIVER_API_VERSION, RECEIVER_PLURAL } from '../api/receiver.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { mergePatch } from '../kube/operations.ts';
import { endDoor, keepDoor } from './apply-object.ts';
import type { Entry } from './entry.ts';
import { kinds } from './kinds.ts';
import { type DoorObject, doorName } from './made/exposure-object.ts';
import type { LiveDoors, OwnKinds } from './observed-state.ts';
import { type PlanContext, planOf } from './plan.ts';
import type { Unmet } from './urls.ts';

export interface ExposureController {
  /** @throws ApiError, ConnectionError: look again later. */
  reconcile(key: string): Promise<{ requeueAfterMs: number } | undefined>;
}

export interface ExposureControllerOptions {
  readonly client: KubeClient;
  readonly live: Pick<LiveDoors, 'kinds'>;
  entry(key: string): Entry | undefined;
  /** Undefined: not everything is known yet. */
  context(): PlanContext | undefined;
  /** The verdict on a Receiver's wishes is another one than before. */
  onOutcome(key: string): void;
}

type OwnObject = Pick<KubeObject, 'metadata'>;

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** While the rest is not known, and nothing may be judged. */
const NOT_YET_MS = 500;
/** What was refused may be allowed later, without a word to us. */
const REFUSED_AGAIN_MS = 60_000;

export function createExposureController(options: ExposureControllerOptions): ExposureController {
  const { client, live, entry: entryAt, onOutcome } = options;

  async function keepAll(objects: readonly DoorObject[], key: string, context: PlanContext) {
    let problem: Unmet | undefined;
    for (const wanted of objects) {
      const { namespace, name } = wanted.metadata;
      const type = kinds[wanted.kind];
      const known = live.kinds[wanted.kind].get(`${namespace}/${name}`);
      const mayTake = (owner: string) => owner === key || isFreeForSharers(wanted, owner, context);
      problem ??= await keepDoor({ client, type, wanted, known, mayTake });
    }
    return problem;
  }

  /** @returns how many that were made for the Receiver are still there. */
  async function endOthers(key: string, objects: readonly DoorObject[], context: PlanContext): Promise<number> {
    const wanted = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    let left = 0;
    for (const [kind, object] of objectsOf(live.kinds, key)) {
      const { name, deletionTimestamp } = object.metadata;
      if (wanted.has(`${kind}/${name}`)) continue;
      // Whoever shares it takes it over.
      if (kind === 'Service' && context.sharers(name).some((sharer) => sharer.key !== key)) continue;
      left += 1;
      if (deletionTimestamp === undefined) await endDoor(client, kinds[kind], object);
    }
    return left;
  }

  async function setFinalizers({ owner, resourceVersion }: Entry, finalizers: readonly string[]): Promise<void> {
    const { namespace, name } = owner;
    try {
      await mergePatch(client, RECEIVERS, { namespace, name }, { metadata: { resourceVersion, finalizers } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.httpStatus !== 404) throw error;
    }
  }

  function conclude(key: string, judged: Entry | undefined, problem: Unmet | undefined): void {
    const entry = entryAt(key);
    // What has changed meanwhile has a turn of its own.
    if (entry === undefined || entry.generation !== judged?.generation) return;
    const before = entry.outcome;
    entry.outcome = { problem };
    const isSame = before?.problem?.reason === problem?.reason && before?.problem?.message === problem?.message;
    if (before === undefined || !isSame) onOutcome(key);
  }

  return {
    async reconcile(key) {
      const context = options.context();
      if (context === undefined) return { requeueAfterMs: NOT_YET_MS };
      const entry = entryAt(key);
      const { objects, problem: planned } = planOf(entry, context);
      const isHeld = entry?.finalizers.includes(EXPOSURE_FINALIZER) ?? false;
      const isElsewhere = entry?.owner.namespace !== context.settings.namespace;
      if (entry !== undefined && objects.length > 0 && isElsewhere && !isHeld) {
        // Its change is what has this looked at again, and then the objects may be made.
        await setFinalizers(entry, [...entry.finalizers, EXPOSURE_FINALIZER]);
        return undefined;
      }
      const problem = (await keepAll(objects, key, context)) ?? planned;
      const left = await endOthers(key, objects, context);
      if (entry !== undefined && isHeld && objects.length + left === 0) {
        await setFinalizers(
          entry,
          entry.finalizers.filter((finalizer) => finalizer !== EXPOSURE_FINALIZER),
        );
      }
      conclude(key, entry, problem);
      if (problem !== undefined) return { requeueAfterMs: REFUSED_AGAIN_MS };
      const overlapMs = (entry?.before?.untilMs ?? 0) - context.nowMs;
      return overlapMs > 0 ? { requeueAfterMs: overlapMs } : undefined;
    },
  };
}

/** Of a shared Service, one of those who share it, or one who had it and does not want it any more. */
function isFreeForSharers({ kind, metadata }: DoorObject, owner: string, context: PlanContext): boolean {
  const sharers = kind === 'Service' ? context.sharers(metadata.name) : [];
  if (sharers.length === 0) return false;
  const [namespace = '', name = ''] = owner.split('/');
  return sharers.some(({ key }) => key === owner) || doorName({ namespace, name }) !== metadata.name;
}

/** What was made for a Receiver, by what is watched. */
function* objectsOf(own: OwnKinds, key: string): Generator<[kind: DoorObject['kind'], object: OwnObject]> {
  for (const kind of ['Service', 'Ingress', 'HTTPRoute'] as const) {
    for (const object of own[kind].indexed(key)) yield [kind, object];
  }
}
