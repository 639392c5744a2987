/** Serves Receivers: keeps their routes and statuses true, and owns all that a webhook needs on its way to its targets. */
import { RECEIVER_API_VERSION, RECEIVER_KIND, RECEIVER_PLURAL, type Receiver } from '../api/receiver/receiver.ts';
import type { Config } from '../config.ts';
import { createExposure, type Exposure } from '../exposure/exposure.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import { pause } from '../kube/pause.ts';
import type { Cluster, WatchedKind } from '../platform/cluster.ts';
import type { CreateFeature } from '../platform/feature.ts';
import { webhookTypes } from '../webhooks/index.ts';
import { createReceiverEndpoint } from './admit.ts';
import { createAnnotator } from './annotator.ts';
import { type Controller, createController } from './controller.ts';
import { exposureSettings } from './exposure-settings.ts';
import { createReceiverMetrics, type ReceiverMetrics } from './metrics.ts';
import { createNotifier } from './notify.ts';
import { createPending, type Pending } from './pending.ts';
import { createPublisher } from './publisher.ts';
import { createRouteTable, type RouteTable } from './routes.ts';
import { receiverMessages, receiverServerMetrics } from './server-reports.ts';
import { createTargetReports } from './target-reports.ts';
import { createTargets } from './targets.ts';

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** What pending requests may hold of their webhooks' bodies. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** How long Receivers wait for the first list of Secrets, which spares most of them a second reconcile. */
const SECRETS_FIRST_MS = 5_000;
/** How long they wait for what exposes them, for the same reason; nothing of theirs depends on it. */
const EXPOSURE_FIRST_MS = 1_000;

/** The Receivers that are watched; none before `start`. */
interface Watch {
  receivers: WatchedKind | undefined;
}

export const receivers: CreateFeature = (cluster, config) => {
  const { client, clock, discovery, events, leader, log, namespace, secrets } = cluster;
  const watch: Watch = { receivers: undefined };
  const enqueue = (key: string, priority: 'front' | 'backlog' = 'front'): void =>
    watch.receivers?.enqueue(key, priority);
  const isComplete = (): boolean => watch.receivers?.hasHandledAll() === true;
  const metrics = createReceiverMetrics(cluster.metrics.registry);
  const routes = createRouteTable(enqueue);
  const targets = createTargets({ client, discovery, namespace, log });
  const pending = pendingOf(cluster, config, metrics);
  const reports = createTargetReports({ events: cluster.replicaEvents, log });
  const onCoalesced = () => metrics.notificationsCoalesced.inc();
  const exposure = exposureOf(cluster, config, { watch, routes, isComplete });
  const controller: Controller = createController({
    client: leader.client,
    type: RECEIVERS,
    publisher: createPublisher({ types: webhookTypes, secrets, routes, targets }),
    targets,
    reports,
    events,
    exposure,
    isLeader: () => leader.leads,
    clock,
    log,
  });
  secrets.subscribe((key) => {
    for (const receiver of controller.receiversOf(key)) enqueue(receiver);
  });
  const notifier = createNotifier({
    targets,
    annotator: createAnnotator({ client, pending, clock, onCoalesced }),
    pending,
    reports,
    sameNamespaceOnly: config.noCrossNamespaceRefs,
    clock,
  });
  return {
    name: 'receivers',
    endpoints: {
      webhooks: {
        endpoint: createReceiverEndpoint({ routes, isComplete, notifier, log }),
        messages: receiverMessages,
        metrics: receiverServerMetrics(cluster.metrics),
      },
    },
    async start() {
      const sleep = (delayMs: number) => pause({ clock, wake: undefined }, delayMs);
      exposure.start();
      // Secrets first: what is read before their watch stands is read again once it does.
      await Promise.all([
        Promise.race([secrets.whenSynced(), sleep(SECRETS_FIRST_MS)]),
        Promise.race([exposure.whenKnown(), sleep(EXPOSURE_FIRST_MS)]),
      ]);
      const { reconcile } = controller;
      watch.receivers = await cluster.watch<Receiver>({ type: RECEIVERS, kind: RECEIVER_KIND, reconcile });
    },
    lead() {
      exposure.lead();
      for (const key of watch.receivers?.keys() ?? []) enqueue(key, 'backlog');
    },
    missing: () => (isComplete() ? [] : ['not every Receiver is reconciled yet']),
    flush: (timeoutMs) => pending.flush(timeoutMs),
    async stop() {
      await Promise.all([targets.stop(), exposure.stop()]);
    },
  };
};

function pendingOf({ clock, log }: Cluster, config: Config, metrics: ReceiverMetrics): Pending {
  return createPending({
    maxJobs: config.maxPendingNotifications,
    maxBytes: MAX_PENDING_BYTES,
    log,
    metrics: {
      pending: (count) => metrics.notificationsPending.set(count),
      abandoned: (count) => metrics.notificationsAbandoned.inc(count),
    },
    clock,
    random: Math.random,
  });
}

/** What the exposure of Receivers needs to know of them. */
interface Served {
  readonly watch: Watch;
  readonly routes: RouteTable;
  readonly isComplete: () => boolean;
}

function exposureOf(cluster: Cluster, config: Config, { watch, routes, isComplete }: Served): Exposure {
  const { client, clock, leader, log, namespace, queue } = cluster;
  return createExposure({
    client,
    settings: exposureSettings(config),
    namespace,
    queue,
    metrics: cluster.metrics.workQueue('exposure'),
    clock,
    log,
    leader,
    isComplete,
    receivers: () => watch.receivers?.keys() ?? [],
    receiverAt: (path) => routes.find(path)?.key,
    onStale(key) {
      if (leader.leads) watch.receivers?.enqueue(key, 'backlog');
    },
  });
}
