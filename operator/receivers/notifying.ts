/**
 * What every feature that notifies Flux's objects shares: the routes of Receivers, the objects that are watched, the
 * PATCHes under way. Receivers fill it; event sources use the part that messages take. One for each cluster.
 */

import type { Alert } from '../api/alert/alert.ts';
import { fluxKinds } from '../api/flux-kinds.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../api/receiver/receiver.ts';
import type { Config } from '../config.ts';
import type { HeldDelivery } from '../deliveries/records/held-delivery.ts';
import { journalOf } from '../deliveries/records/journal-of.ts';
import type { DeliveryRecord } from '../deliveries/records/record.ts';
import type { TargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { Cluster, WatchedKind } from '../platform/cluster.ts';
import type { ProvedRequest, WebhookVerifier } from '../webhooks/webhook-type.ts';
import { admitMessage, type CarriedWebhook, type MessageAdmissionOptions, type MessageNotes } from './admit-message.ts';
import { type Annotator, createAnnotator } from './annotator.ts';
import { type CatchUpRun, catchUpTargets } from './catch-up-targets.ts';
import { type FoundTarget, findTargets } from './find-targets.ts';
import { createGatherer } from './gather.ts';
import { createReceiverMetrics, type ReceiverMetrics } from './metrics.ts';
import { createNotifier, type Notifier } from './notify.ts';
import { type MessageNotification, notifyMessage, type Outcome } from './notify-message.ts';
import { createPending, type Pending } from './pending.ts';
import { createReferenceMetrics } from './references/metrics.ts';
import { createReferences, type References } from './references/references.ts';
import { resolveAlert } from './references/resolve-alert.ts';
import type { resolvedRefs } from './references/resolved-refs.ts';
import { replayWebhook } from './replay-webhook.ts';
import { createRouteTable, type RouteTable } from './routes.ts';
import type { TargetEntry } from './target-entry.ts';
import { createTargetReports, type TargetReports } from './target-reports.ts';
import { createTargetWatches, type TargetChange, type TargetWatches } from './target-watches.ts';
import { createTargets, type Targets } from './targets.ts';

/** `loading`: not every Receiver is reconciled yet. `not-ready`: it is suspended or stalled, or its Secret is missing. */
export type ReceiverState = 'ready' | 'not-ready' | 'missing' | 'loading';

/** What messages of brokers take: nothing that comes of one is kept here. */
export interface MessageNotifying {
  /** Starts what notifications of these targets need: the watch of what filters see. Never throws, never waits. */
  prepare: Targets['prepare'];
  /** One attempt at a message. Never throws. */
  notify(notification: MessageNotification): Promise<Outcome>;
  /** One attempt at a webhook for a Receiver (`namespace/name`), as if it were POSTed to its path. Never throws. */
  admit(receiver: string, webhook: CarriedWebhook, notes?: MessageNotes): Promise<Outcome>;
  receiverState(receiver: string): ReceiverState;
  /** The listener gets the key of each Receiver whose state may have changed. */
  onReceiver(listener: (receiver: string) => void): void;
}

export interface Notifying {
  readonly routes: RouteTable;
  readonly targets: Targets;
  /** What is watched of targets. */
  readonly watches: TargetWatches;
  readonly annotator: Annotator;
  readonly pending: Pending;
  readonly reports: TargetReports;
  readonly notifier: Notifier;
  readonly messages: MessageNotifying;
  /** Whether targets can be found, for every kind that has any. */
  readonly references: References;
  /** The Receivers that are watched; set by their feature when it starts. */
  readonly watch: { receivers: WatchedKind | undefined };
  /** Has a Receiver reconciled. */
  enqueue(receiver: string, priority?: 'front' | 'backlog'): void;
  /** Whether every Receiver has been reconciled once. */
  isComplete(): boolean;
  /** A Receiver has been reconciled: whoever refers to it may have to act. */
  announce(receiver: string): void;
  /** Annotates the targets of a Receiver (`namespace/name`) for webhooks that nobody received; see `catch-up-targets.ts`. */
  catchUp(receiver: string, run: CatchUpRun, account: TargetOutcomes): Promise<void>;
  /** What proves webhooks for a Receiver (`namespace/name`); undefined: it is not served. */
  verifierOf(receiver: string): WebhookVerifier | undefined;
  /**
   * The objects that an entry of an object in this namespace means, each looked for as it is now.
   * @throws RequestError of why there are none
   */
  findTargets(namespace: string, entry: TargetEntry): Promise<readonly FoundTarget[]>;
  /** Has the body of a webhook go through today's filters and targets. @returns its record; undefined: none is kept. */
  replay(delivery: HeldDelivery, proved: ProvedRequest): Promise<DeliveryRecord | undefined>;
  /** Ends what is watched and looked up. */
  stop(): Promise<void>;
}

/** What pending requests may hold of their webhooks' bodies. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;

/** What has the revisions of sources applied. */
const applyingKinds = fluxKinds.filter(({ kind }) => kind === 'Kustomization' || kind === 'HelmRelease');

const made = new WeakMap<Cluster, Notifying>();

/** Made at the first call for a cluster. */
export function notifyingOf(cluster: Cluster, config: Config): Notifying {
  const known = made.get(cluster);
  if (known !== undefined) return known;
  const notifying = createNotifying(cluster, config);
  made.set(cluster, notifying);
  return notifying;
}

/** Says of an Alert whether what it names can be found now. @throws ApiError, ConnectionError: nothing is known now. */
export type ResolveAlert = (alert: Alert) => Promise<ReturnType<typeof resolvedRefs>>;

/** As {@link notifyingOf}: with what is watched for Receivers. */
export function resolveAlertOf(cluster: Cluster, config: Config): ResolveAlert {
  const { client, discovery } = cluster;
  const { watches } = notifyingOf(cluster, config);
  const sameNamespaceOnly = config.noCrossNamespaceRefs;
  return (alert) => resolveAlert({ client, discovery, watches, sameNamespaceOnly }, alert);
}

function createNotifying(cluster: Cluster, config: Config): Notifying {
  const { client, clock, discovery, log, namespace, replicaEvents: events } = cluster;
  const metrics = createReceiverMetrics(cluster.metrics.registry, () => pending);
  const watch: Notifying['watch'] = { receivers: undefined };
  const listeners = new Set<(receiver: string) => void>();
  const enqueue: Notifying['enqueue'] = (key, priority = 'front') => watch.receivers?.enqueue(key, priority);
  const isComplete = () => watch.receivers?.hasHandledAll() === true;
  const routes = createRouteTable(enqueue);
  const watches = createTargetWatches({
    client,
    namespace,
    follows: config.follow !== 'off' && config.deliveryHistory > 0,
    log,
  });
  const targets = createTargets({
    client,
    discovery,
    watches,
    followed: config.follow === 'applied' ? applyingKinds : [],
  });
  const references = referencesOf(cluster, config, watches);
  const pending = pendingOf(cluster, config, metrics);
  const onCoalesced = () => metrics.notificationsCoalesced.inc();
  const annotator = createAnnotator({ client, pending, clock, onCoalesced });
  const reports = createTargetReports({ events, log });
  const selection = { targets, sameNamespaceOnly: config.noCrossNamespaceRefs };
  const gatherer = createGatherer({ annotator, clock });
  const maxBodyBytes = config.limits.maxBodyBytes;
  const admission: MessageAdmissionOptions = { ...selection, gatherer, routes, reports, events, maxBodyBytes };
  const notifier = createNotifier({ ...selection, annotator, pending, reports, clock });
  const replaying = { journal: journalOf(cluster, config), routes, notifier, clock, log };
  return {
    ...{ watch, watches, routes, targets, annotator, notifier, pending, reports, references, enqueue, isComplete },
    messages: {
      prepare: targets.prepare,
      notify: (notification) => notifyMessage(admission, notification),
      admit: (receiver, webhook, notes) => admitMessage(admission, receiver, webhook, notes),
      receiverState(receiver) {
        if (routes.findByKey(receiver)?.serving !== undefined) return 'ready';
        if (!isComplete()) return 'loading';
        return watch.receivers?.has(receiver) === true ? 'not-ready' : 'missing';
      },
      onReceiver: (listener) => void listeners.add(listener),
    },
    announce(receiver) {
      for (const listener of listeners) listener(receiver);
      references.changed(changeOf(receiver, watch.receivers?.has(receiver) === true));
    },
    catchUp: (receiver, run, account) =>
      catchUpTargets({ ...selection, client, annotator, routes }, receiver, run, account),
    verifierOf: (receiver) => routes.findByKey(receiver)?.serving?.verifier,
    findTargets: (namespace, entry) => findTargets(selection, namespace, entry),
    replay: (delivery, proved) => replayWebhook(replaying, { ...proved, delivery }),
    stop: async () => void (await Promise.all([watches.stop(), references.stop()])),
  };
}

/** Receivers are the targets of BrokerReceivers; of what they are nothing but the name counts. */
function changeOf(receiver: string, isThere: boolean): TargetChange {
  const [namespace = '', name = ''] = receiver.split('/');
  const object = { metadata: { namespace, name } };
  const common = { key: receiver, object, initial: false };
  const event = { ...common, type: isThere ? 'added' : 'deleted' } as const;
  return { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND, event };
}

function referencesOf(cluster: Cluster, config: Config, watches: TargetWatches): References {
  const { client, clock, discovery, leader, log, metrics, statusAdditions: additions } = cluster;
  const references = createReferences({
    ...{ client, discovery, watches, additions, clock, log },
    isLeader: () => leader.leads,
    sameNamespaceOnly: config.noCrossNamespaceRefs,
  });
  const { registry } = metrics;
  createReferenceMetrics({ registry, perObject: config.metricsPerObject, samples: references.samples });
  return references;
}

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
