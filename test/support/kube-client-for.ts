/**
 * API clients as the operator makes them, and what observes or delays their requests.
 */
import { pino } from 'pino';
import { ConnectionError } from '../../operator/kube/api-error.ts';
import type { KubeClient, KubeRequest } from '../../operator/kube/kube-client.ts';
import { createKubeClient } from '../../operator/kube/transport/client.ts';
import { KubeConfig } from '../../operator/kube/transport/kube-config.ts';

/** A client with the rights of a kubeconfig file, for the API server named there or another one. */
export function kubeClientFor(kubeconfig: string, server?: string): KubeClient {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (server !== undefined) config.clusters = config.clusters.map((cluster) => ({ ...cluster, server }));
  return createKubeClient(config, { log: pino({ level: 'silent' }), qps: 1000, burst: 1000 });
}

export interface ObservedClient extends KubeClient {
  /** `METHOD path` of each exchange so far, watches left out. */
  readonly requests: string[];
}

/** The same client, with a list of what was asked. */
export function observed(client: KubeClient): ObservedClient {
  const requests: string[] = [];
  return {
    requests,
    request<T>(request: KubeRequest): Promise<T> {
      requests.push(`${request.method} ${request.path}`);
      return client.request<T>(request);
    },
    stream: (request) => client.stream(request),
    close: () => client.close(),
  };
}

export interface GatedClient extends KubeClient {
  /** From now on answers to such requests are held back. */
  hold(concerns: (request: KubeRequest) => boolean): void;
  /** How many answers have arrived and are held back. */
  readonly held: number;
  /** Lets all go, and holds no further one. */
  open(): void;
}

/**
 * The same client behind a gate: requests are carried out at once, but their answers can be held back, until they are
 * let go or the caller breaks off.
 */
export function gated(client: KubeClient): GatedClient {
  let concerned: (request: KubeRequest) => boolean = () => false;
  let waiting: (() => void)[] = [];
  return {
    async request<T>(request: KubeRequest): Promise<T> {
      const isHeld = concerned(request);
      const answer = await client.request<T>(request);
      // Not one that comes after the gate was opened: nobody would let it go.
      if (isHeld && concerned(request)) {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve);
          request.signal?.addEventListener('abort', () => reject(new ConnectionError('broken off')));
        });
      }
      return answer;
    },
    stream: (request) => client.stream(request),
    close: () => client.close(),
    hold(concerns) {
      concerned = concerns;
    },
    get held() {
      return waiting.length;
    },
    open() {
      concerned = () => false;
      for (const release of waiting) release();
      waiting = [];
    },
  };
}
