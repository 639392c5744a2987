/** Objects of one namespace through the API, where a test would else start kubectl hundreds of times. */
import type { ObjectMeta } from '../../operator/api/meta.ts';
import { createDiscovery } from '../../operator/kube/discovery.ts';
import type { KubeClient, KubeList, ResourceType } from '../../operator/kube/kube-client.ts';
import { resourcePath } from '../../operator/kube/resource-path.ts';

export interface KubeManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<ObjectMeta>;
  readonly [field: string]: unknown;
}

export interface ObjectsIn {
  /** Server-side apply as kubectl does it; metadata.namespace is filled in. */
  apply(object: KubeManifest): Promise<void>;
  get<T>(apiVersion: string, kind: string, name: string, where?: string): Promise<T>;
  /** All of the namespace, or those with the label `<key>=<value>`. */
  list<T>(apiVersion: string, kind: string, where?: string, label?: string): Promise<readonly T[]>;
  /** Merges into the status, as who reports it does. */
  status(apiVersion: string, kind: string, name: string, status: object, where?: string): Promise<void>;
  close(): Promise<void>;
}

/** @param client closed with it. */
export function objectsIn(namespace: string, client: KubeClient): ObjectsIn {
  const discovery = createDiscovery(client);
  async function typeOf(apiVersion: string, kind: string): Promise<ResourceType> {
    const type = await discovery.resolve(apiVersion, kind);
    if (type === undefined) throw new Error(`the API server has no ${apiVersion} ${kind}`);
    return type;
  }
  return {
    async apply(object) {
      const body = { ...object, metadata: { namespace, ...object.metadata } };
      await client.request({
        method: 'PATCH',
        path: resourcePath(await typeOf(object.apiVersion, object.kind), body.metadata),
        query: { fieldManager: 'kubectl', force: true, fieldValidation: 'Strict' },
        contentType: 'application/apply-patch+yaml',
        body,
      });
    },
    async get<T>(apiVersion: string, kind: string, name: string, where = namespace) {
      const path = resourcePath(await typeOf(apiVersion, kind), { namespace: where, name });
      return await client.request<T>({ method: 'GET', path });
    },
    async list<T>(apiVersion: string, kind: string, where = namespace, label?: string) {
      const path = resourcePath(await typeOf(apiVersion, kind), { namespace: where });
      const { items } = await client.request<KubeList<T>>({ method: 'GET', path, query: { labelSelector: label } });
      return items ?? [];
    },
    async status(apiVersion, kind, name, status, where = namespace) {
      const path = resourcePath(await typeOf(apiVersion, kind), { namespace: where, name, subresource: 'status' });
      const contentType = 'application/merge-patch+json';
      await client.request({ method: 'PATCH', path, contentType, body: { status } });
    },
    close: () => client.close(),
  };
}
