/** Serves BrokerReceivers: reads their brokers, and has their messages notify Flux's objects. */
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  BROKER_RECEIVER_PLURAL,
  type BrokerReceiver,
} from '../api/broker-receiver/broker-receiver.ts';
import { RECEIVER_KIND, type Receiver } from '../api/receiver/receiver.ts';
import type { Config } from '../config.ts';
import { keptBodiesOf } from '../deliveries/bodies/kept-bodies-of.ts';
import { journalOf } from '../deliveries/records/journal-of.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import { createServiceAccounts } from '../kube/service-accounts.ts';
import { createSampledLog } from '../observe/sampled-log.ts';
import type { Cluster, WatchedKind } from '../platform/cluster.ts';
import type { CreateFeature } from '../platform/feature.ts';
import { type MessageNotifying, notifyingOf } from '../receivers/notifying.ts';
import { createBodyBudget } from './body-budget.ts';
import { brokerReferences } from './broker-references.ts';
import { createController } from './controller.ts';
import { sourceTypes } from './index.ts';
import type { InputsOptions } from './inputs.ts';
import { createSourceMetrics } from './metrics.ts';
import { type ReadingOptions, startReading } from './reading.ts';

const BROKER_RECEIVERS: ResourceType = {
  apiVersion: BROKER_RECEIVER_API_VERSION,
  plural: BROKER_RECEIVER_PLURAL,
  namespaced: true,
};
/** What the bodies of messages may take, over all sources. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export const sources: CreateFeature = (cluster, config) => {
  const { clock, leader, log, secrets, statusAdditions: additions } = cluster;
  const watch: { brokerReceivers: WatchedKind | undefined } = { brokerReceivers: undefined };
  const { messages, references } = notifyingOf(cluster, config);
  const reading = readingOptions(cluster, config, messages, () => controller.samples());
  const controller = createController({
    client: leader.client,
    type: BROKER_RECEIVERS,
    types: sourceTypes,
    start: (object, compiled, onChange) => startReading(reading, object, compiled, onChange),
    enqueue: (key) => watch.brokerReceivers?.enqueue(key, 'front'),
    events: cluster.events,
    additions,
    isLeader: () => leader.leads,
    clock,
    log,
  });
  references.serve<BrokerReceiver>({
    kind: BROKER_RECEIVER_KIND,
    referencesOf: brokerReferences,
    isComplete: () => watch.brokerReceivers?.hasHandledAll() === true,
  });
  additions.own(BROKER_RECEIVER_KIND, (key) => watch.brokerReceivers?.enqueue(key, 'backlog'));
  secrets.subscribe(controller.secretChanged);
  messages.onReceiver(controller.receiverChanged);
  return {
    name: 'sources',
    async start() {
      watch.brokerReceivers = await cluster.watch<BrokerReceiver>({
        type: BROKER_RECEIVERS,
        kind: BROKER_RECEIVER_KIND,
        optional: true,
        reconcile(key, object) {
          if (object === undefined) references.forget(BROKER_RECEIVER_KIND, key);
          reading.bodies.limit(BROKER_RECEIVER_KIND, key, object?.spec.deliveries?.keepBodies ?? 0);
          return controller.reconcile(key, object);
        },
      });
    },
    lead() {
      for (const key of watch.brokerReceivers?.keys() ?? []) watch.brokerReceivers?.enqueue(key, 'backlog');
    },
    missing() {
      const { brokerReceivers: watched } = watch;
      // Receivers are served without them: an installation may lack the CRD.
      if (watched?.hasHandledAll() || watched?.absence() !== undefined) return [];
      return ['not every BrokerReceiver is reconciled yet'];
    },
    ending: () => void controller.stop(),
    // It has a bound of its own, by the longest poll of a broker.
    flush: () => controller.stop(),
    stop: async () => void (await controller.stop()),
  };
};

function readingOptions(
  cluster: Cluster,
  config: Config,
  notifying: MessageNotifying,
  samples: Parameters<typeof createSourceMetrics>[0]['samples'],
): ReadingOptions {
  const { client, clock, log, metrics, replicaEvents: events } = cluster;
  return {
    client,
    kind: BROKER_RECEIVERS,
    inputs: inputsOptions(cluster, config, notifying),
    notifying,
    budget: createBodyBudget(MAX_BODY_BYTES),
    metrics: createSourceMetrics({ registry: metrics.registry, perObject: config.metricsPerObject, samples }),
    journal: journalOf(cluster, config),
    bodies: keptBodiesOf(cluster, config),
    receiver: (key) => cluster.objects(RECEIVER_KIND)?.get(key) as Receiver | undefined,
    events,
    clock,
    log,
    sampled: createSampledLog(log, { clock }),
  };
}

function inputsOptions(
  { client, secrets }: Cluster,
  { defaultServiceAccount, runtimeNamespace, sharedBrokerIdentity }: Config,
  { receiverState }: MessageNotifying,
): InputsOptions {
  return {
    secret: secrets.get,
    serviceAccounts: createServiceAccounts(client),
    receiverState,
    defaultServiceAccount,
    ownNamespace: runtimeNamespace,
    sharedIdentity: sharedBrokerIdentity,
  };
}
