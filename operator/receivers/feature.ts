/** Serves Receivers: keeps their routes and statuses true, and owns all that a webhook needs on its way to its targets. */
import { RequestError } from '../api/errors.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, RECEIVER_PLURAL, type Receiver } from '../api/receiver/receiver.ts';
import type { Config } from '../config.ts';
import { keptBodiesOf } from '../deliveries/bodies/kept-bodies-of.ts';
import { journalOf } from '../deliveries/records/journal-of.ts';
import { createExposure, type Exposure } from '../exposure/exposure.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import { pause } from '../kube/pause.ts';
import type { Cluster } from '../platform/cluster.ts';
import type { CreateFeature } from '../platform/feature.ts';
import { webhookTypes } from '../webhooks/index.ts';
import { createReceiverEndpoint } from './admit.ts';
import { routeIdentity } from './compile.ts';
import { type Controller, createController } from './controller.ts';
import { exposureSettings } from './exposure-settings.ts';
import { type Notifying, notifyingOf } from './notifying.ts';
import { createPublisher } from './publisher.ts';
import { resourceReferences } from './references/resource-references.ts';
import { receiverMessages, receiverServerMetrics } from './server-reports.ts';
import { faultText } from './target-reference.ts';

const RECEIVERS: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** How long Receivers wait for the first list of Secrets, which spares most of them a second reconcile. */
const SECRETS_FIRST_MS = 5_000;
/** How long they wait for what exposes them, for the same reason; nothing of theirs depends on it. */
const EXPOSURE_FIRST_MS = 1_000;

export const receivers: CreateFeature = (cluster, config) => {
  const { clock, events, leader, log, secrets, statusAdditions: additions } = cluster;
  const notifying = notifyingOf(cluster, config);
  const { routes, targets, pending, notifier, references, watch, enqueue, isComplete } = notifying;
  const bodies = keptBodiesOf(cluster, config);
  const exposure = exposureOf(cluster, config, notifying);
  const controller: Controller = createController({
    client: leader.client,
    type: RECEIVERS,
    publisher: createPublisher({ types: webhookTypes, secrets, routes, targets }),
    events,
    exposure,
    additions,
    isLeader: () => leader.leads,
    clock,
    log,
  });
  additions.own(RECEIVER_KIND, (key) => enqueue(key, 'backlog'));
  secrets.subscribe((key) => {
    exposure.secretChanged(key);
    for (const receiver of controller.receiversOf(key)) enqueue(receiver);
  });
  serveReferences(notifying);
  const reconcile: Controller['reconcile'] = (key, receiver) => {
    if (receiver === undefined) references.forget(RECEIVER_KIND, key);
    bodies.limit(RECEIVER_KIND, key, receiver?.spec.deliveries?.keepBodies ?? 0);
    return controller.reconcile(key, receiver).finally(() => notifying.announce(key));
  };
  return {
    name: 'receivers',
    endpoints: {
      webhooks: {
        endpoint: createReceiverEndpoint({
          ...{ routes, isComplete, notifier, bodies, clock, log },
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
      await Promise.all([notifying.stop(), exposure.stop()]);
    },
  };
};

/** What a webhook would only find out is reported at once, too. */
function serveReferences({ references, reports, isComplete }: Notifying): void {
  references.serve<Receiver>({
    kind: RECEIVER_KIND,
    referencesOf: ({ spec, metadata }) => resourceReferences(spec.resources, metadata.namespace),
    isComplete,
    onFault(receiver, { reference, finding }) {
      const { fault, field } = reference;
      const text = fault === undefined ? `spec.${field}: ${finding.text}` : faultText(field, fault);
      reports.failed(
        routeIdentity(receiver),
        { ...reference, field: `spec.${field}` },
        new RequestError('TargetInvalid', text),
      );
    },
  });
}

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
    events: cluster.events,
    isComplete,
    receivers: () => watch.receivers?.keys() ?? [],
    receiverAt: (path) => routes.find(path)?.key,
    onStale(key) {
      if (leader.leads) watch.receivers?.enqueue(key, 'backlog');
    },
  });
}
