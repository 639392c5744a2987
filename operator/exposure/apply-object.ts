/** Applies an object that a Receiver requests, restores it when it drifts, and never takes over one that is somebody else's. */
import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import { apply, mergePatch } from '../kube/operations.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { ownerOf } from './found/found-url.ts';
import { covers } from './made/covers.ts';
import type { ExposureObject } from './made/exposure-object.ts';
import { refusal } from './refusal.ts';
import type { Unfulfilled } from './urls.ts';

/** `metadata` as last watched; undefined: the watch has no such object. */
type Known = Pick<KubeObject, 'metadata'> | undefined;

export interface ApplyObjectOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly wanted: ExposureObject;
  readonly known: Known;
  /** Whether an object of that Receiver (`namespace/name`) may become `wanted`. */
  mayTake(owner: string): boolean;
}

/**
 * @returns why the object cannot be as wanted; undefined: it is, or the watch brings its change.
 * @throws ApiError, ConnectionError when a retry may succeed.
 */
export async function applyObject(options: ApplyObjectOptions): Promise<Unfulfilled | undefined> {
  const { client, type, wanted, mayTake } = options;
  try {
    // A watch may lag: the object is read once more before it is created.
    const known = options.known ?? (await read(client, type, wanted));
    if (known === undefined) {
      await apply(client, type, wanted as unknown as KubeObject);
      return undefined;
    }
    const owner = ownerOf(known.metadata);
    if (owner === undefined || !mayTake(owner)) return conflict(wanted, owner);
    // The watch brings its end.
    if (known.metadata.deletionTimestamp !== undefined || covers(known, wanted)) return undefined;
    const { uid = '' } = known.metadata;
    await restore(client, type, { ...wanted, metadata: { ...wanted.metadata, uid } });
    return undefined;
  } catch (error) {
    const unfulfilled = error instanceof ApiError ? reasonOf(error, wanted, options.known !== undefined) : undefined;
    if (unfulfilled === undefined) throw error;
    return unfulfilled;
  }
}

/** Deletes an object of a Receiver; one that is gone is no error. @throws as {@link applyObject} */
export async function deleteObject(client: KubeClient, type: ResourceType, { metadata }: KubeObject): Promise<void> {
  const { name, namespace, uid } = metadata;
  try {
    await client.request({
      method: 'DELETE',
      path: resourcePath(type, { namespace, name }),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Applies the object; replaces what others wrote where an apply cannot remove their list items. @throws as {@link applyObject} */
async function restore(client: KubeClient, type: ResourceType, wanted: ExposureObject): Promise<void> {
  try {
    const applied = await apply(client, type, wanted as unknown as KubeObject, { force: true });
    if (covers(applied, wanted)) return;
  } catch (error) {
    // Two ports of one name: the operator's, and the one that somebody made of it.
    if (!(error instanceof ApiError) || error.httpStatus !== 422) throw error;
  }
  const { metadata, spec } = wanted;
  await mergePatch(client, type, metadata, { metadata, spec });
}

async function read(client: KubeClient, type: ResourceType, { metadata }: ExposureObject): Promise<Known> {
  const { namespace, name } = metadata;
  try {
    return await client.request<KubeObject>({ method: 'GET', path: resourcePath(type, { namespace, name }) });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function conflict({ kind, metadata }: ExposureObject, owner: string | undefined): Unfulfilled {
  const whose = owner === undefined ? 'was not made by the operator' : `belongs to Receiver ${owner}`;
  const message = `${kind} ${metadata.namespace}/${metadata.name} exists and ${whose}: delete it, or choose another name`;
  return { reason: 'Conflict', message };
}

function reasonOf(error: ApiError, wanted: ExposureObject, existed: boolean): Unfulfilled | undefined {
  const { kind, metadata } = wanted;
  const object = `${kind} ${metadata.namespace}/${metadata.name}`;
  switch (error.httpStatus) {
    case 404:
      return {
        reason: 'KindMissing',
        message: `${object} cannot be made: the API server has no kind ${kind} yet: install its CRD`,
      };
    case 409:
      // With the object's uid, a conflict is a concurrent change.
      return existed ? undefined : conflict(wanted, undefined);
    default:
      return refusal(error, object);
  }
}
