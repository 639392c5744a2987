/** Makes an object on the API server as it should be, and never takes over one that is somebody else's. */
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { apply, mergePatch } from '../kube/operations.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { ownerOf } from './found/found-url.ts';
import { covers } from './made/covers.ts';
import type { DoorObject } from './made/exposure-object.ts';
import type { Unmet } from './urls.ts';

/** `metadata` as the watch last had it; undefined: it has no such object. */
type Known = Pick<KubeObject, 'metadata'> | undefined;

export interface KeepDoorOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly wanted: DoorObject;
  readonly known: Known;
  /** Whether an object that was made for that Receiver may become `wanted`. */
  mayTake(owner: string): boolean;
}

/**
 * @returns why it cannot be so; undefined: it is so, or will be when the watch has told of it.
 * @throws ApiError, ConnectionError where it is worth another try.
 */
export async function keepDoor(options: KeepDoorOptions): Promise<Unmet | undefined> {
  const { client, type, wanted, mayTake } = options;
  try {
    // A watch may lag: what it does not know is looked for once more before anything is made.
    const known = options.known ?? (await read(client, type, wanted));
    if (known === undefined) {
      await apply(client, type, wanted as unknown as KubeObject);
      return undefined;
    }
    const owner = ownerOf(known.metadata);
    if (owner === undefined || !mayTake(owner)) return conflict(wanted, owner);
    // Its end is told by the watch.
    if (known.metadata.deletionTimestamp !== undefined || covers(known, wanted)) return undefined;
    const { uid = '' } = known.metadata;
    await restore(client, type, { ...wanted, metadata: { ...wanted.metadata, uid } });
    return undefined;
  } catch (error) {
    const unmet = error instanceof ApiError ? refusal(error, wanted, options.known !== undefined) : undefined;
    if (unmet === undefined) throw error;
    return unmet;
  }
}

/** Ends an object that was made for a Receiver; one that is gone is no error. @throws as {@link keepDoor} */
export async function endDoor(client: KubeClient, type: ResourceType, { metadata }: KubeObject): Promise<void> {
  const { name, namespace, uid } = metadata;
  try {
    await client.request({
      method: 'DELETE',
      path: resourcePath(type, { namespace, name }),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.httpStatus !== 404) throw error;
  }
}

/** Applies it, and where others' items in a list withstand that, replaces what they wrote. @throws as {@link keepDoor} */
async function restore(client: KubeClient, type: ResourceType, wanted: DoorObject): Promise<void> {
  try {
    const applied = await apply(client, type, wanted as unknown as KubeObject, { force: true });
    if (covers(applied, wanted)) return;
  } catch (error) {
    // Two ports of one name, such as ours and the one that somebody made of it.
    if (!(error instanceof ApiError) || error.httpStatus !== 422) throw error;
  }
  const { metadata, spec } = wanted;
  await mergePatch(client, type, metadata, { metadata, spec });
}

async function read(client: KubeClient, type: ResourceType, { metadata }: DoorObject): Promise<Known> {
  const { namespace, name } = metadata;
  try {
    return await client.request<KubeObject>({ method: 'GET', path: resourcePath(type, { namespace, name }) });
  } catch (error) {
    if (error instanceof ApiError && error.httpStatus === 404) return undefined;
    throw error;
  }
}

function conflict({ kind, metadata }: DoorObject, owner: string | undefined): Unmet {
  const whose = owner === undefined ? 'was not made by the operator' : `belongs to Receiver ${owner}`;
  const message = `${kind} ${metadata.namespace}/${metadata.name} exists and ${whose}: remove or rename one of them`;
  return { reason: 'Conflict', message };
}

function refusal(error: ApiError, wanted: DoorObject, existed: boolean): Unmet | undefined {
  const { kind, metadata } = wanted;
  const object = `${kind} ${metadata.namespace}/${metadata.name}`;
  switch (error.httpStatus) {
    case 403:
      return { reason: 'AccessDenied', message: `${object} may not be made: ${withoutPaths(error.message)}` };
    case 404:
      return { reason: 'KindMissing', message: `${object} cannot be made: the API server has no kind ${kind} yet` };
    case 409:
      // With the object's uid it is only a change in between.
      return existed ? undefined : conflict(wanted, undefined);
    case 422:
      return { reason: 'Invalid', message: `${object} was refused: ${withoutPaths(error.message)}` };
    default:
      return undefined;
  }
}

function withoutPaths(message: string): string {
  return message.replace(/\/hook\/[0-9a-f]+/g, '/hook/…');
}
