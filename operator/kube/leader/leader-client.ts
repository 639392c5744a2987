/**
 * The client for what only the leader may write: it refuses requests while this replica does not lead, and breaks off
 * those under way the moment it ceases to.
 */
import { setMaxListeners } from 'node:events';
import type { KubeClient, KubeRequest } from '../kube-client.ts';

/** Asked to write by a replica that does not lead. Nothing was sent. */
export class NotLeadingError extends Error {
  readonly code = 'NotLeading';

  constructor() {
    super('this replica is not the leader');
    this.name = 'NotLeadingError';
  }
}

export interface LeaderClient {
  /** Its `request` throws NotLeadingError, and ConnectionError for a request that was broken off. */
  readonly client: KubeClient;
  readonly leads: boolean;
  /** To be called when the leadership begins and when it ends; done before anything else can run. */
  change(leads: boolean): void;
}

/** @param timeoutMs of a request that names none: what hangs must not outlive a leader that is cut off. */
export function createLeaderClient(client: KubeClient, timeoutMs: number): LeaderClient {
  let term: AbortController | undefined;
  return {
    client: {
      async request<T>(request: KubeRequest): Promise<T> {
        if (term === undefined) throw new NotLeadingError();
        const signal = request.signal === undefined ? term.signal : AbortSignal.any([request.signal, term.signal]);
        return await client.request<T>({ timeoutMs, ...request, signal });
      },
      stream: (request) => client.stream(request),
      close: () => client.close(),
    },
    get leads() {
      return term !== undefined;
    },
    change(leads) {
      if (leads === (term !== undefined)) return;
      term?.abort();
      term = leads ? new AbortController() : undefined;
      // One listener for each request under way.
      if (term !== undefined) setMaxListeners(0, term.signal);
    },
  };
}
