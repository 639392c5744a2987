/**
 * The contract of a capability: what `app.ts` starts, asks and stops, without knowing what it is for.
 *
 * A feature is a folder of its own: a controller for its kind, what it serves, its metrics. It gets the cluster and the
 * configuration, and gives back how it lives. A small one that counts ConfigMaps:
 *
 * ```ts
 * export const counting: CreateFeature = (cluster) => {
 *   const seen = new Set<string>();
 *   let maps: WatchedKind | undefined;
 *   return {
 *     name: 'counting',
 *     async start() {
 *       maps = await cluster.watch({
 *         type: CONFIG_MAPS,
 *         kind: 'ConfigMap',
 *         async reconcile(key, map) {
 *           if (map === undefined) seen.delete(key);
 *           else seen.add(key);
 *         },
 *       });
 *     },
 *     lead() {},
 *     missing: () => (maps?.hasHandledAll() === true ? [] : ['not every ConfigMap is counted yet']),
 *     flush: async () => 0,
 *     stop: async () => {},
 *   };
 * };
 * ```
 *
 * and one entry in the list of `app.ts`. Its CRD is a line in the list of CRDs, its rights a line in the chart's rules.
 */
import type { Config } from '../config.ts';
import type { ServedEndpoint } from '../http/endpoint.ts';
import type { LeaseBefore } from '../kube/leader/lease.ts';
import type { Cluster } from './cluster.ts';

/**
 * The servers that a feature may serve requests of: `webhooks` is `--receiverAddr` and the one with TLS, `events` is
 * `--events-addr`.
 */
export interface Endpoints {
  readonly webhooks?: ServedEndpoint;
  readonly events?: ServedEndpoint;
}

export interface Feature {
  /** For logs and metrics, lower-case. */
  readonly name: string;
  /** What it serves. Requests come as soon as the servers listen, which may be before `start` is done. */
  readonly endpoints?: Endpoints;
  /** Begins to watch. Done when nothing is left to wait for, not when everything is listed. Called once. */
  start(): Promise<void>;
  /**
   * This replica leads from now on: what only the leader writes is to be reconciled. May be called before `start`.
   * @param before the Lease as it was found; undefined where there was none, or no election.
   */
  lead(before?: LeaseBefore): void;
  /** What is missing before requests may be sent to this replica, in words for people; empty: nothing. */
  missing(): readonly string[];
  /** The process is asked to end: it takes on nothing more by itself. What others bring is served until the servers end. */
  ending?(): void;
  /** Does what it has accepted and not yet done, while this replica still leads. @returns how many it gave up. */
  flush(timeoutMs: number): Promise<number>;
  /** Ends what it started. The watches that the cluster gave it end by themselves. */
  stop(): Promise<void>;
}

/** Makes a feature; nothing runs before its `start`. */
export type CreateFeature = (cluster: Cluster, config: Config) => Feature;
