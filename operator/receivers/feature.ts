/** Serves Receivers: keeps their routes and statuses true, and owns all that a webhook needs on its way to its targets. */
import { RECEIVER_API_VERSION, RECEIVER_KIND, RECEIVER_PLURAL, type Receiver } from '../api/receiver/receiver.ts';
import type { Config } from '../config.ts';
import { journalOf } from '../deliveries/records/journal-of.ts';
import { createExposure, type Exposure } from '../exposure/exposure.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import { pause } from '../kube/pause.ts';
import type { Cluster } from '../platform/cluster.ts';
import type { CreateFeature } from '../platform/feature.ts';
import { webhookTypes } from '../webhooks/index.ts';
import { createReceiverEndpoint } from './admit.ts';
import { type Controller, createController } from './controller.ts';
import { exposureSettings } from './exposure-settings.ts';
import { type Notifying, notifyingOf } from './notifying.ts';
import { createPublisher } from './publisher.ts';
import { receiverMessages, receiverServerMetrics } from './server-reports.ts';

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** How long Receivers wait for the first list of Secrets, which spares most of them a second reconcile. */
const SECRETS_FIRST_MS = 5_000;
/** How long they wait for what exposes them, for the same reason; nothing of theirs depends on it. */
const EXPOSURE_FIRST_MS = 1_000;

export const receivers: CreateFeature = (cluster, config) => {
  const { clock, events, leader, log, secrets, statusAdditions: additions } = cluster;
  const notifying = notifyingOf(cluster, config);
  const { routes, targets, pending, reports, notifier, watch, enqueue, isComplete } = notifying;
  const exposure = exposureOf(cluster, config, notifying);
  const controller: Controller = createController({
    client: leader.client,
    type: RECEIVERS,
    publisher: createPublisher({ types: webhookTypes, secrets, routes, targets }),
    targets,
    reports,
    events,
    exposure,
    additions,
    isLeader: () => leader.leads,
    clock,
    log,
  });
  additions.own(RECEIVER_KIND, (key) => enqueue(key, 'backlog'));
  secrets.subscribe((key) => {
    for (const receiver of controller.receiversOf(key)) enqueue(receiver);
  });
  const reconcile: Controller['reconcile'] = (key, receiver) =>
    controller.reconcile(key, receiver).finally(() => notifying.announce(key));
  return {
    name: 'receivers',
    endpoints: {
      webhooks: {
        endpoint: createReceiverEndpoint({
          ...{ routes, isComplete, notifier, clock, log },
          journal: journalOf(cluster, config),
          events: cluster.replicaEvents,
        }),
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

function exposureOf(cluster: Cluster, config: Config, { watch, routes, isComplete }: Notifying): Exposure {
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
