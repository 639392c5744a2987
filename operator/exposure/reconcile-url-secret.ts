import { URL_SECRET_ANNOTATION } from '../api/exposure.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Entry } from './entry.ts';
import { patchReceiver } from './patch-receiver.ts';
import { deleteUrlSecret, keepUrlSecret } from './url-secret.ts';
import { exposedAt, type FoundUrls, outsideUrl, type Unfulfilled } from './urls.ts';

export interface UrlSecretContext {
  readonly client: KubeClient;
  readonly found: FoundUrls;
  /** The Receiver as it is known now, by `namespace/name`. */
  entry(key: string): Entry | undefined;
}

/**
 * Keeps the Secret that a Receiver requests for its URL, and deletes the one that it no longer requests.
 * @returns why it cannot. @throws ApiError, ConnectionError when a retry may succeed.
 */
export async function reconcileUrlSecret(context: UrlSecretContext, judged: Entry): Promise<Unfulfilled | undefined> {
  const { client, found } = context;
  const { key, owner, path, granted, heldSecret } = judged;
  const name = granted.urlSecret?.name;
  if (heldSecret !== name) {
    const problem = heldSecret === undefined ? undefined : await deleteUrlSecret({ client, owner, name: heldSecret });
    if (problem !== undefined) return problem;
    await note(context, judged, name);
  }
  if (name === undefined) return undefined;
  const urls = path === undefined ? [] : exposedAt(found, { key, path }).urls;
  return keepUrlSecret({ client, owner, name }, { url: outsideUrl(urls), path });
}

/** Notes on the Receiver which Secret is its own before there is one, so that it is found once it is not requested. */
async function note({ client, entry }: UrlSecretContext, { key, owner }: Entry, name: string | undefined) {
  await patchReceiver(client, owner, { uid: owner.uid, annotations: { [URL_SECRET_ANNOTATION]: name ?? null } });
  const current = entry(key);
  if (current?.owner.uid === owner.uid) current.heldSecret = name;
}
