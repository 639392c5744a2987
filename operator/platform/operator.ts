/** The operator of the framework: it has what features share of the cluster, and its features are what it runs. */
import { hostname } from 'node:os';
import type { ObjectMeta } from '../api/meta.ts';
import type { Config } from '../config.ts';
import { createDiscovery, type Discovery } from '../kube/discovery.ts';
import { createEventRecorder, type EventRecorder } from '../kube/events/events.ts';
import type { KubeObject } from '../kube/kube-client.ts';
import { createLeaderClient, type LeaderClient } from '../kube/leader/leader-client.ts';
import type { LeaseBefore } from '../kube/leader/lease.ts';
import { OperatorBase, type ResourceEvent, ResourceEventType } from '../kube/operator-base.ts';
import { createKubeClient } from '../kube/transport/client.ts';
import { keyOf } from '../kube/watch/object-store.ts';
import { createSecrets, type Secrets } from '../kube/watch/secrets.ts';
import { type Clock, systemClock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Cluster, ObjectsOfKind, WatchedKind, WatchOptions } from './cluster.ts';
import type { CreateFeature, Endpoints, Feature } from './feature.ts';
import { createStatusAdditions, type StatusAdditions } from './status-additions.ts';

/** A leader's write has ended, one way or the other, before the Lease is next renewed. */
const LEADER_WRITE_SHARE = 0.8;

/** What is written in the name of the controller that Flux's users know. */
const REPORTING_CONTROLLER = 'notification-controller';

export interface OperatorOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly features: readonly CreateFeature[];
  /** The machine's when absent. */
  readonly clock?: Clock;
}

export class Operator extends OperatorBase implements Cluster {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly discovery: Discovery;
  readonly leader: LeaderClient;
  readonly events: EventRecorder;
  readonly replicaEvents: EventRecorder;
  readonly secrets: Secrets;
  readonly statusAdditions: StatusAdditions;
  readonly namespace: string | undefined;
  readonly features: readonly Feature[];
  servingSinceMs: number | undefined;
  readonly #seriesPerObject: boolean;
  readonly #kinds = new Map<string, ObjectsOfKind>();

  /** @throws Error with one line when there is no cluster to talk to. */
  constructor({ config, log, metrics, features, clock = systemClock }: OperatorOptions) {
    const { concurrent, minRetryDelayMs, maxRetryDelayMs, kubeApiQps: qps, kubeApiBurst: burst } = config;
    const observe = (method: string, code: string, host: string) =>
      metrics.restClientRequests.inc({ method, code, host });
    super({
      log,
      queue: { concurrent, minRetryDelayMs, maxRetryDelayMs },
      createClient: (kubeConfig) => createKubeClient(kubeConfig, { qps, burst, clock, log, metrics: { observe } }),
    });
    this.clock = clock;
    this.metrics = metrics;
    this.#seriesPerObject = config.metricsPerObject;
    this.namespace = config.watchAllNamespaces ? undefined : config.runtimeNamespace;
    this.leader = createLeaderClient(this.client, config.leaderElectionRetryPeriodMs * LEADER_WRITE_SHARE);
    this.leader.change(!config.enableLeaderElection);
    this.statusAdditions = createStatusAdditions({ isLeader: () => this.leader.leads, clock });
    this.discovery = createDiscovery(this.client);
    const reporting = { reportingController: REPORTING_CONTROLLER, reportingInstance: hostname(), log };
    this.events = createEventRecorder({ ...reporting, client: this.leader.client });
    this.replicaEvents = createEventRecorder({ ...reporting, client: this.client });
    this.secrets = createSecrets({
      client: this.client,
      ...(this.namespace === undefined ? {} : { namespace: this.namespace }),
      ...(config.watchConfigsLabelSelector === undefined ? {} : { labelSelector: config.watchConfigsLabelSelector }),
      log,
    });
    this.features = features.map((create) => create(this, config));
  }

  protected override async init(): Promise<void> {
    this.secrets.start();
    await Promise.all(this.features.map((feature) => feature.start()));
  }

  async watch<T extends KubeObject>({
    type,
    kind,
    optional = false,
    reconcile,
  }: WatchOptions<T>): Promise<WatchedKind> {
    const [version = '', group = ''] = type.apiVersion.split('/').toReversed();
    const onEvent = async (event: ResourceEvent) => {
      const object = event.object as unknown as T;
      const key = keyOf(object.metadata);
      if (event.type === ResourceEventType.Deleted) return await reconcile(key, undefined);
      const begunMs = this.clock.elapsedMs();
      try {
        return await reconcile(key, object);
      } finally {
        this.#observeReconcile(kind, object.metadata, (this.clock.elapsedMs() - begunMs) / 1_000);
      }
    };
    const settings = { metrics: this.metrics.workQueue(kind.toLowerCase()), optional };
    await this.watchResource(group, version, type.plural, onEvent, this.namespace, settings);
    const watched = this.watched(type);
    this.#kinds.set(kind, watched);
    return watched;
  }

  objects(kind: string): ObjectsOfKind | undefined {
    return this.#kinds.get(kind);
  }

  /** Whether a feature has an endpoint for a server. */
  serves(server: keyof Endpoints): boolean {
    return this.features.some(({ endpoints }) => endpoints?.[server] !== undefined);
  }

  /** The endpoint that the features have for a server. @throws Error when none or several have one. */
  endpoint<S extends keyof Endpoints>(server: S): NonNullable<Endpoints[S]> {
    const [endpoint, ...others] = this.features.flatMap(({ endpoints }) => endpoints?.[server] ?? []);
    if (endpoint === undefined || others.length > 0) throw new Error(`not exactly one feature serves ${server}`);
    return endpoint;
  }

  /** Whether this replica writes statuses and events from now on. */
  leadershipChanged(leads: boolean, before?: LeaseBefore): void {
    const begins = leads && !this.leader.leads;
    this.leader.change(leads);
    if (begins) for (const feature of this.features) feature.lead(before);
  }

  /** What is missing before requests may be sent to this replica, in words for people. */
  missing(): string[] {
    const ofSecrets = this.secrets.hasSynced ? [] : ['Secrets are not listed yet'];
    return [...ofSecrets, ...this.features.flatMap((feature) => feature.missing())];
  }

  /** The process is asked to end. */
  ending(): void {
    for (const feature of this.features) feature.ending?.();
  }

  /** Does what is accepted, and writes the events that wait, while this replica still leads. @returns how many were given up. */
  async flush(timeoutMs: number): Promise<number> {
    const [givenUp] = await Promise.all([
      Promise.all(this.features.map((feature) => feature.flush(timeoutMs))),
      this.events.stop(),
      this.replicaEvents.stop(),
    ]);
    return givenUp.reduce((sum, each) => sum + each, 0);
  }

  #observeReconcile(kind: string, { namespace = '', name }: ObjectMeta, seconds: number): void {
    const labels = { kind, namespace };
    this.metrics.reconcileDuration.observe(this.#seriesPerObject ? { ...labels, name } : labels, seconds);
  }

  override async stop(): Promise<void> {
    await Promise.all([
      this.secrets.stop(),
      this.events.stop(),
      this.replicaEvents.stop(),
      ...this.features.map((feature) => feature.stop()),
    ]);
    await super.stop();
  }
}
