/** The part that follows what deliveries had annotated, and has sources annotated again that lag. */
import { BROKER_RECEIVER_KIND, type BrokerReceiver } from '../../api/broker-receiver/broker-receiver.ts';
import { DEFAULT_FOLLOW_WITHIN, type FollowSpec } from '../../api/deliveries.ts';
import { parseGoDuration } from '../../api/go-duration.ts';
import type { Config } from '../../config.ts';
import { regarding } from '../../kube/events/regarding.ts';
import type { Cluster } from '../../platform/cluster.ts';
import { notifyingOf } from '../../receivers/notifying.ts';
import type { Part } from '../part.ts';
import type { Peers } from '../peers/peers.ts';
import { journalOf } from '../records/journal-of.ts';
import type { ObjectRef } from '../records/record.ts';
import type { StatusPart } from '../status/status-part.ts';
import { type Told, toldKinds } from '../status/told.ts';
import { startFollower } from './follower.ts';
import { createFreshnessGuard, type GuardSettings } from './freshness-guard.ts';
import { createFollowMetrics } from './metrics.ts';
import type { OpenRequest } from './open-request.ts';
import { type ReferrersOptions, referrersOf } from './referrers.ts';
import { type SilentBreaks, startSilentBreaks } from './silent-break.ts';

/** The parts that this one needs. */
export interface FollowParts {
  readonly peers: Pick<Peers, 'ask'>;
  readonly status: Pick<StatusPart, 'silentBreak' | 'onPeerRecord'>;
}

export function createFollow(cluster: Cluster, config: Config, { peers, status }: FollowParts): Part {
  const { clock, log } = cluster;
  const journal = journalOf(cluster, config);
  const notifying = notifyingOf(cluster, config);
  const { watches, annotator } = notifying;
  const metrics = createFollowMetrics({ registry: cluster.metrics.registry, perObject: config.metricsPerObject });
  const referrers: ReferrersOptions = {
    routes: notifying.routes,
    receivers: () => notifying.watch.receivers?.keys() ?? [],
    brokerReceivers: () => (cluster.objects(BROKER_RECEIVER_KIND)?.values() ?? []) as Iterable<BrokerReceiver>,
    sameNamespaceOnly: config.noCrossNamespaceRefs,
  };
  const guard = createFreshnessGuard({
    enabled: config.freshnessGuard,
    ...{ annotator, watches, metrics, clock, log },
    settingsOf: (object) => guardSettings(toldOf(cluster, object)?.spec.follow),
    onNotSeen: (request, nudges) => tellNotSeen(cluster, request, nudges),
  });
  let stop: (() => void) | undefined;
  let silentBreaks: SilentBreaks | undefined;
  return {
    async start() {
      silentBreaks = startSilentBreaks(
        {
          ...{ watches, journal, onPeerRecord: status.onPeerRecord },
          ask: (object) => peers.ask({ object }),
          referrersOf: (target, labels) => referrersOf(referrers, target, labels),
          isLeader: () => cluster.leader.leads,
          onMoved: metrics.movedSilently,
          tell: status.silentBreak,
        },
        clock.now,
      );
      stop = startFollower({
        journal,
        watches,
        guard,
        metrics,
        clock,
        mode: config.follow,
        maxTargets: config.deliveryHistory,
      });
    },
    lead: () => silentBreaks?.lead(),
    async stop() {
      silentBreaks?.stop();
      stop?.();
      guard.stop();
    },
  };
}

/** The object that a delivery came for, as it is now. */
function toldOf(cluster: Cluster, { kind, namespace, name }: ObjectRef): Told | undefined {
  return cluster.objects(kind)?.get(`${namespace}/${name}`) as Told | undefined;
}

function guardSettings(follow: FollowSpec | null | undefined): GuardSettings {
  const { fresh, within } = follow ?? {};
  const withinMs = parseGoDuration(within ?? DEFAULT_FOLLOW_WITHIN) ?? parseGoDuration(DEFAULT_FOLLOW_WITHIN) ?? 0;
  return { fresh: fresh ?? true, withinMs };
}

function tellNotSeen(cluster: Cluster, request: OpenRequest, nudges: number): void {
  const { object } = request.record;
  const { ref } = request.result;
  const [kind, namespace, name] = ref.split('/');
  const note =
    `${kind} ${namespace}/${name} still has the revision before the one that was announced, after ${nudges} more ` +
    'annotations; look whether the server that it fetches from is behind the one that sends webhooks';
  cluster.log.warn({ target: ref, nudges }, 'announced revision not seen: the source still has the one before');
  const told = toldOf(cluster, object);
  const apiVersion = toldKinds.get(object.kind)?.apiVersion;
  if (told === undefined || apiVersion === undefined) return;
  const regarded = regarding({ apiVersion, kind: object.kind }, told.metadata);
  cluster.replicaEvents.record(regarded, { type: 'Warning', reason: 'RevisionNotSeen', note });
}
