/**
 * The cluster as every feature sees it: one client, one view of the API, one Lease, one recorder of events, one cache of
 * Secrets.
 */
import type { Discovery } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import type { QueueSettings } from '../kube/operator-base.ts';
import type { Secrets } from '../kube/watch/secrets.ts';
import type { WatchedResource } from '../kube/watch/watched-resource.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { StatusAdditions } from './status-additions.ts';

export interface WatchOptions<T extends KubeObject> {
  readonly type: ResourceType;
  /** Its kind, for metrics; the queue's name in them is the same in lower case. */
  readonly kind: string;
  /** An older installation may lack its CRD or the right to it: that is no fault, and it is watched when it comes. */
  readonly optional?: boolean;
  /**
   * Called with each object as it is when its turn comes, undefined when it is gone. It belongs to the watch and must
   * not be changed. What is thrown is retried with back-off.
   */
  reconcile(key: string, object: T | undefined): Promise<{ readonly requeueAfterMs: number } | undefined>;
}

/** The objects of one kind, each reconciled when it changes. */
export type WatchedKind = Pick<WatchedResource, 'hasHandledAll' | 'absence' | 'keys' | 'has' | 'enqueue'>;

/** The objects of a kind as its watch has them, for a feature that only reads. */
export type ObjectsOfKind = Pick<WatchedResource, 'hasHandledAll' | 'absence' | 'get' | 'values'>;

export interface Cluster {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly client: KubeClient;
  readonly discovery: Discovery;
  /** Through which only the leader writes. */
  readonly leader: LeaderClient;
  /** Of what every replica finds out: the leader alone writes them. */
  readonly events: EventRecorder;
  /** Of what this replica alone has seen, such as a request: it writes them itself. */
  readonly replicaEvents: EventRecorder;
  readonly secrets: Pick<Secrets, 'get' | 'subscribe' | 'hasSynced' | 'whenSynced'>;
  /** Through which a feature adds to the statuses of another one's kind. */
  readonly statusAdditions: StatusAdditions;
  /** The namespace whose objects are served; undefined: all. */
  readonly namespace: string | undefined;
  readonly queue: QueueSettings;
  /** Since when this replica serves requests, in ms since 1970; undefined: not yet. */
  readonly servingSinceMs: number | undefined;
  /** Watches a kind in `namespace`, with a queue of its own, and measures its reconciles. @throws Error when it is watched already. */
  watch<T extends KubeObject>(options: WatchOptions<T>): Promise<WatchedKind>;
  /** What another feature watches, by its kind; undefined: none does, or not yet. */
  objects(kind: string): ObjectsOfKind | undefined;
}
