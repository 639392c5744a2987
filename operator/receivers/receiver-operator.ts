/**
 * The operator: watches Receivers, keeps their routes and statuses true, and owns all that a webhook needs on its way.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { GROUP, RECEIVER_API_VERSION, RECEIVER_PLURAL, type Receiver, VERSION } from '../api/receiver.ts';
import { createExposure, type Exposure, type ExposureSettings } from '../exposure/exposure.ts';
import { createDiscovery } from '../kube/discovery.ts';
import { createEventRecorder, type EventRecorder } from '../kube/events/events.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import { createLeaderClient, type LeaderClient } from '../kube/leader/leader-client.ts';
import { OperatorBase, type ResourceEvent, ResourceEventType } from '../kube/operator-base.ts';
import { createKubeClient } from '../kube/transport/client.ts';
import { createSecrets, type Secrets } from '../kube/watch/secrets.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { WebhookType } from '../webhooks/webhook-type.ts';
import { createAnnotator } from './annotator.ts';
import { type Controller, createController } from './controller.ts';
import { createDeliverer, type Deliverer } from './deliver.ts';
import { createPending, type Pending } from './pending.ts';
import { createRouteTable } from './routes.ts';
import { createTargets, type Targets } from './targets.ts';

const RECEIVER_TYPE: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** What pending questions may hold of their webhooks' bodies. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** How long Receivers wait for the first list of Secrets, which spares most of them a second look. */
const SECRETS_FIRST_MS = 5_000;
/** How long they wait for what leads here, for the same reason; nothing of theirs depends on it. */
const DOORS_FIRST_MS = 1_000;

export interface ReceiverOperatorOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly types: ReadonlyMap<string, WebhookType>;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Which Secrets are watched; undefined: all but Helm's. */
  readonly secretLabelSelector: string | undefined;
  readonly sameNamespaceOnly: boolean;
  readonly exposure: ExposureSettings;
  readonly maxPending: number;
  /** Whether it writes statuses before anybody has elected it. */
  readonly leadsFromTheStart: boolean;
  /** Of one write that only the leader may do. */
  readonly leaderWriteTimeoutMs: number;
  readonly queue: { readonly concurrent: number; readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly kubeApi: { readonly qps: number; readonly burst: number };
  /** Called after each reconcile. */
  readonly observeReconcile: (receiver: { namespace: string; name: string }, seconds: number) => void;
}

export class ReceiverOperator extends OperatorBase {
  readonly deliverer: Deliverer;
  readonly #options: ReceiverOperatorOptions;
  readonly #controller: Controller;
  readonly #secrets: Secrets;
  readonly #targets: Targets;
  readonly #pending: Pending;
  readonly #events: EventRecorder;
  readonly #exposure: Exposure;
  readonly #leader: LeaderClient;
  #watchesReceivers = false;

  /** @throws Error with one line when there is no cluster to talk to. */
  constructor(options: ReceiverOperatorOptions) {
    const { log, metrics, types, namespace, kubeApi } = options;
    const count = (method: string, code: string, host: string) =>
      metrics.restClientRequests.inc({ method, code, host });
    super({
      log,
      queue: options.queue,
      queueMetrics: () => metrics.workQueue('receiver'),
      createClient: (config) => createKubeClient(config, { ...kubeApi, log, metrics: { observe: count } }),
    });
    const { client } = this;
    const routes = createRouteTable((key) => this.enqueue(RECEIVER_PLURAL, key));
    this.#options = options;
    this.#leader = createLeaderClient(client, options.leaderWriteTimeoutMs);
    this.#leader.change(options.leadsFromTheStart);
    this.#pending = createPending({
      maxJobs: options.maxPending,
      maxBytes: MAX_PENDING_BYTES,
      log,
      metrics: {
        pending: (count_) => metrics.notificationsPending.set(count_),
        abandoned: (count_) => metrics.notificationsAbandoned.inc(count_),
      },
      random: Math.random,
    });
    this.#targets = createTargets({ client, discovery: createDiscovery(client), namespace, log });
    this.#events = createEventRecorder({
      client: this.#leader.client,
      reportingController: 'notification-controller',
      reportingInstance: hostname(),
      log,
    });
    this.#secrets = createSecrets({
      client,
      ...(namespace === undefined ? {} : { namespace }),
      ...(options.secretLabelSelector === undefined ? {} : { labelSelector: options.secretLabelSelector }),
      log,
      onChange: (key) => {
        for (const receiver of this.#controller.receiversOf(key)) this.enqueue(RECEIVER_PLURAL, receiver);
      },
    });
    this.#exposure = createExposure({
      client,
      settings: options.exposure,
      namespace,
      queue: options.queue,
      metrics: metrics.workQueue('exposure'),
      log,
      leader: this.#leader,
      isComplete: () => this.hasHandledAll(),
      receivers: () => (this.#watchesReceivers ? this.watchedKeys(RECEIVER_PLURAL) : []),
      receiverAt: (path) => routes.find(path)?.key,
      onStale: (key) => {
        if (this.#leader.leads) this.enqueue(RECEIVER_PLURAL, key, 'backlog');
      },
    });
    this.#controller = createController({
      client: this.#leader.client,
      type: RECEIVER_TYPE,
      types,
      secrets: this.#secrets,
      routes,
      targets: this.#targets,
      events: this.#events,
      exposure: this.#exposure,
      isLeader: () => this.#leader.leads,
      log,
      observe: options.observeReconcile,
    });
    this.deliverer = createDeliverer({
      routes,
      complete: () => this.hasHandledAll(),
      targets: this.#targets,
      annotator: createAnnotator({
        client,
        pending: this.#pending,
        onCoalesced: () => metrics.notificationsCoalesced.inc(),
      }),
      pending: this.#pending,
      sameNamespaceOnly: options.sameNamespaceOnly,
      log,
    });
  }

  protected override async init(): Promise<void> {
    this.#secrets.start();
    this.#exposure.start();
    const onEvent = async ({ type, object }: ResourceEvent) => {
      const receiver = object as unknown as Receiver;
      const key = `${receiver.metadata.namespace}/${receiver.metadata.name}`;
      return this.#controller.reconcile(key, type === ResourceEventType.Deleted ? undefined : receiver);
    };
    // Secrets first: what is read before their watch stands is read again once it does.
    await Promise.all([
      Promise.race([this.#secrets.whenSynced(), sleep(SECRETS_FIRST_MS)]),
      Promise.race([this.#exposure.whenKnown(), sleep(DOORS_FIRST_MS)]),
    ]);
    await this.watchResource(GROUP, VERSION, RECEIVER_PLURAL, onEvent, this.#options.namespace);
    this.#watchesReceivers = true;
  }

  /** Whether this replica writes statuses and events from now on. */
  leadershipChanged(leads: boolean): void {
    const begins = leads && !this.#leader.leads;
    this.#leader.change(leads);
    if (!begins) return;
    this.#exposure.lead();
    for (const key of this.watchedKeys(RECEIVER_PLURAL)) this.enqueue(RECEIVER_PLURAL, key, 'backlog');
  }

  /** What is still missing before webhooks may be sent here, in words for people. */
  notReady(): string[] {
    const missing: string[] = [];
    if (!this.#secrets.hasSynced) missing.push('Secrets are not listed yet');
    if (!this.hasHandledAll()) missing.push('not every Receiver has been looked at yet');
    return missing;
  }

  /**
   * Tries what is pending until the time is over, and writes the events that wait: to be called while it still leads.
   * @returns how many notifications were given up.
   */
  async flush(timeoutMs: number): Promise<number> {
    const [givenUp] = await Promise.all([this.#pending.flush(timeoutMs), this.#events.stop()]);
    return givenUp;
  }

  override async stop(): Promise<void> {
    await Promise.all([this.#secrets.stop(), this.#targets.stop(), this.#events.stop(), this.#exposure.stop()]);
    await super.stop();
  }
}
