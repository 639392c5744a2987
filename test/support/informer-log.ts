/** Informers of tests, with all events and all requests. */
import { pino } from 'pino';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/kube/kube-client.ts';
import { createInformer, type Informer, type InformerOptions } from '../../operator/kube/watch/informer.ts';

export const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', plural: 'configmaps', namespaced: true };

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface InformerLog {
  readonly informer: Informer<ConfigMap>;
  /** `added name value`, `updated name old>new` and `deleted name value`, of `data.value`; `*` after one of the first list. */
  readonly seen: string[];
  readonly errors: unknown[];
  /** The pages that were asked for. */
  readonly lists: number;
  /** The resourceVersion from which each watch was asked for. */
  readonly watches: readonly string[];
  /** The types of all that the watches brought, `ERROR 410` for an error. */
  readonly lines: readonly string[];
}

/** Starts an informer that is quick to come back. */
export function startInformer(
  client: KubeClient,
  options: Partial<InformerOptions<ConfigMap>> & { readonly namespace?: string },
): InformerLog {
  const seen: string[] = [];
  const errors: unknown[] = [];
  const watches: string[] = [];
  const lines: string[] = [];
  let lists = 0;
  const informer = createInformer<ConfigMap>({
    type: CONFIG_MAPS,
    project: (object) => object,
    log: pino({ level: 'silent' }),
    backoff: { minDelayMs: 20, maxDelayMs: 200 },
    onEvent(event) {
      const name = event.key.split('/').at(-1);
      const value = event.object.data?.value;
      if (event.type === 'deleted') seen.push(`deleted ${name} ${value}`);
      else if (event.type === 'added') seen.push(`added ${name} ${value}${event.initial ? '*' : ''}`);
      else seen.push(`updated ${name} ${event.previous?.data?.value}>${value}`);
    },
    onError: (error) => void errors.push(error),
    ...options,
    client: {
      request(request) {
        lists += 1;
        return client.request(request);
      },
      async *stream(request) {
        watches.push(String(request.query?.resourceVersion));
        for await (const line of client.stream(request)) {
          const { type, object } = JSON.parse(line) as { type: string; object: { code?: number } };
          lines.push(type === 'ERROR' ? `${type} ${object.code}` : type);
          yield line;
        }
      },
      close: () => client.close(),
    },
  });
  informer.start();
  return {
    informer,
    seen,
    errors,
    get lists() {
      return lists;
    },
    watches,
    lines,
  };
}

/** Makes ConfigMaps and changes them, with a client of its own. */
export function configMapWriter(client: KubeClient, namespace: string) {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  return {
    create: (name: string, value: string, labels: Record<string, string> = {}): Promise<ConfigMap> =>
      client.request({ method: 'POST', path, body: { metadata: { name, labels }, data: { value } } }),
    change: (name: string, value: string, labels: Record<string, string | null> = {}): Promise<ConfigMap> =>
      client.request({
        method: 'PATCH',
        path: `${path}/${name}`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { labels }, data: { value } },
      }),
    remove: (name: string): Promise<unknown> => client.request({ method: 'DELETE', path: `${path}/${name}` }),
  };
}
