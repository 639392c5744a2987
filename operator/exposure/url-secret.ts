/** Keeps and deletes the Secret with a Receiver's URL, in the Receiver's namespace, and never touches one that is not its own. */
import { FIELD_MANAGER } from '../api/meta.ts';
import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeObject } from '../kube/kube-client.ts';
import { mergePatch } from '../kube/operations.ts';
import { resourcePath } from '../kube/resource-path.ts';
import { deleteObject } from './apply-object.ts';
import { kinds } from './kinds.ts';
import { type ExposureOwner, exposureLabels, ownerReference } from './made/exposure-object.ts';
import { refusal } from './refusal.ts';
import type { Unfulfilled } from './urls.ts';

/** What the Secret holds; a key without a value is not there. */
export interface UrlSecretContent {
  readonly url: string | undefined;
  readonly path: string | undefined;
}

/** Which Secret of which Receiver. */
export interface OwnSecret {
  readonly owner: ExposureOwner;
  readonly name: string;
}

export interface UrlSecretOptions extends OwnSecret {
  readonly client: KubeClient;
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Creates the Secret as soon as the Receiver has a path, and has it hold `content`.
 * @returns why it cannot. @throws ApiError, ConnectionError when a retry may succeed.
 */
export function keepUrlSecret(options: UrlSecretOptions, content: UrlSecretContent): Promise<Unfulfilled | undefined> {
  return unlessRefused(options, async (found) => {
    const { client, owner, name } = options;
    if (found === undefined) {
      if (content.path !== undefined) await create(options, content);
      return undefined;
    }
    if (!isOwn(found, owner)) return conflict(options);
    const data = { url: encoded(content.url), path: encoded(content.path) };
    if (found.data?.url === data.url && found.data?.path === data.path) return undefined;
    const { uid } = found.metadata;
    const patch = { metadata: { uid }, data: { url: data.url ?? null, path: data.path ?? null } };
    await mergePatch(client, kinds.Secret, { namespace: owner.namespace, name }, patch);
    return undefined;
  });
}

/** Deletes the Secret, if it is the Receiver's own. @returns why it cannot. @throws as {@link keepUrlSecret} */
export function deleteUrlSecret(options: UrlSecretOptions): Promise<Unfulfilled | undefined> {
  return unlessRefused(options, async (found) => {
    if (found !== undefined && isOwn(found, options.owner)) await deleteObject(options.client, kinds.Secret, found);
    return undefined;
  });
}

async function unlessRefused(
  options: UrlSecretOptions,
  act: (found: Secret | undefined) => Promise<Unfulfilled | undefined>,
): Promise<Unfulfilled | undefined> {
  try {
    return await act(await read(options));
  } catch (error) {
    const refused = error instanceof ApiError ? refusal(error, textOf(options)) : undefined;
    if (refused === undefined) throw error;
    return refused;
  }
}

async function read({ client, owner: { namespace }, name }: UrlSecretOptions): Promise<Secret | undefined> {
  try {
    return await client.request<Secret>({ method: 'GET', path: resourcePath(kinds.Secret, { namespace, name }) });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** One that was created meanwhile is a conflict, which a retry finds out about. */
async function create({ client, owner, name }: UrlSecretOptions, content: UrlSecretContent): Promise<void> {
  const { namespace } = owner;
  await client.request({
    method: 'POST',
    path: resourcePath(kinds.Secret, { namespace }),
    query: { fieldManager: FIELD_MANAGER },
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace,
        labels: exposureLabels(owner),
        ownerReferences: [{ ...ownerReference(owner), controller: true }],
      },
      type: 'Opaque',
      data: { url: encoded(content.url), path: encoded(content.path) },
    },
  });
}

function isOwn({ metadata }: Secret, { uid }: ExposureOwner): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true) ?? false;
}

function conflict(options: UrlSecretOptions): Unfulfilled {
  const message = `${textOf(options)} exists and is not of this Receiver: delete it, or choose another name`;
  return { reason: 'Conflict', message };
}

function textOf({ owner, name }: UrlSecretOptions): string {
  return `Secret ${owner.namespace}/${name}`;
}

function encoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('base64');
}
