/** Many Receivers, each with a Secret, a target and a filter of its own, made as fast as the API server takes them. */
import { pino } from 'pino';
import {
  RECEIVER_API_VERSION,
  RECEIVER_KIND,
  RECEIVER_PLURAL,
  type Receiver,
} from '../../operator/api/receiver/receiver.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/kube/kube-client.ts';
import { resourcePath } from '../../operator/kube/resource-path.ts';
import { createInformer } from '../../operator/kube/watch/informer.ts';
import { FILTER, TOKEN } from './webhook.ts';

export const NAMESPACE = 'bench';
const SECRETS: ResourceType = { apiVersion: 'v1', plural: 'secrets', namespaced: true };
const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
const TARGETS: ResourceType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  plural: 'gitrepositories',
  namespaced: true,
};
/** Writes at once. */
const WIDTH = 32;

/** Those that are Ready. */
export interface ReadyReceivers {
  /** Name → path of its webhooks. */
  readonly paths: ReadonlyMap<string, string>;
  /** Done when so many are. @throws Error when they are not in time */
  whenReady(count: number, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export function nameOf(index: number): string {
  return `receiver-${index}`;
}

/** Where the API server has the target of a Receiver. */
export function targetPath(name: string): string {
  return resourcePath(TARGETS, { namespace: NAMESPACE, name });
}

/** Where the API server has the Secret of a Receiver. */
export function secretPath(name: string): string {
  return resourcePath(SECRETS, { namespace: NAMESPACE, name });
}

/** Where the API server has a Receiver. */
export function receiverPath(name: string): string {
  return resourcePath(RECEIVERS, { namespace: NAMESPACE, name });
}

async function createAll(client: KubeClient, type: ResourceType, objects: readonly KubeObject[]): Promise<void> {
  const path = resourcePath(type, { namespace: NAMESPACE });
  let next = 0;
  const line = async (): Promise<void> => {
    for (let body = objects[next++]; body !== undefined; body = objects[next++]) {
      await client.request({ method: 'POST', path, body });
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, line));
}

/** What Receivers name: done before the clock runs. */
export async function createSurroundings(client: KubeClient, names: readonly string[]): Promise<void> {
  const metadata = (name: string) => ({ namespace: NAMESPACE, name });
  const secrets = names.map((name) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name),
    stringData: { token: TOKEN },
  }));
  const targets = names.map((name) => ({
    apiVersion: TARGETS.apiVersion,
    kind: 'GitRepository',
    metadata: metadata(name),
    spec: {},
  }));
  await createAll(client, SECRETS, secrets);
  await createAll(client, TARGETS, targets);
}

export function createReceivers(client: KubeClient, names: readonly string[]): Promise<void> {
  const receivers = names.map((name) => ({
    apiVersion: RECEIVER_API_VERSION,
    kind: RECEIVER_KIND,
    metadata: { namespace: NAMESPACE, name },
    spec: {
      type: 'github',
      events: ['ping', 'push'],
      secretRef: { name },
      resourceFilter: FILTER,
      resources: [{ kind: 'GitRepository', name }],
    },
  }));
  return createAll(client, RECEIVERS, receivers);
}

function readyPathOf(object: KubeObject): string | undefined {
  const { status } = object as Receiver;
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready === true ? status?.webhookPath : undefined;
}

/** Watches which Receivers are Ready. */
export async function watchReady(client: KubeClient): Promise<ReadyReceivers> {
  const paths = new Map<string, string>();
  const waiters = new Set<() => void>();
  const informer = createInformer<{ metadata: KubeObject['metadata']; path: string | undefined }>({
    client,
    type: RECEIVERS,
    namespace: NAMESPACE,
    project: (object) => ({ metadata: object.metadata, path: readyPathOf(object) }),
    log: pino({ level: 'silent' }),
    onEvent(event) {
      const { path, metadata } = event.object;
      if (event.type !== 'deleted' && path !== undefined) paths.set(metadata.name, path);
      else paths.delete(metadata.name);
      for (const look of waiters) look();
    },
  });
  informer.start();
  await informer.whenSynced();
  return {
    paths,
    whenReady(count, withinMs = 180_000) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(
        () => reject(new Error(`${paths.size} of ${count} Receivers were Ready in time`)),
        withinMs,
      );
      const look = (): void => {
        if (paths.size >= count) resolve();
      };
      waiters.add(look);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        waiters.delete(look);
      });
    },
    stop: () => informer.stop(),
  };
}
