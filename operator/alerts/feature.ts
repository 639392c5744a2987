/** Serves Alerts and Providers: takes the events that Flux's controllers post, and delivers them. */
import { ALERT_KIND, type Alert } from '../api/alert/alert.ts';
import { PROVIDER_KIND, type Provider } from '../api/provider/provider.ts';
import { journalOf } from '../deliveries/records/journal-of.ts';
import { createServiceAccounts } from '../kube/service-accounts.ts';
import { systemClock } from '../observe/clock.ts';
import type { WatchedKind } from '../platform/cluster.ts';
import type { CreateFeature } from '../platform/feature.ts';
import { createAlerting } from './alerting.ts';
import { createServiceAccounts as createIdentities } from './cloud/service-account.ts';
import { createReadLabels } from './matching/object-labels.ts';
import { ALERTS, PROVIDERS } from './reconcilers.ts';

/** The kinds that are watched; none before `start`. */
interface Watches {
  alerts: WatchedKind | undefined;
  providers: WatchedKind | undefined;
}

export const alerts: CreateFeature = (cluster, config) => {
  const watches: Watches = { alerts: undefined, providers: undefined };
  const { client, discovery, leader, log, metrics, replicaEvents, secrets } = cluster;
  const alerting = createAlerting({
    secret: secrets.get,
    readLabels: createReadLabels(client, discovery),
    serviceAccounts: createIdentities(createServiceAccounts(client)),
    events: replicaEvents,
    leader,
    isComplete: () => isComplete(watches),
    registry: metrics.registry,
    journal: journalOf(cluster, config),
    config,
    clock: systemClock,
    log,
  });
  secrets.subscribe(alerting.secretChanged);
  return {
    name: 'alerts',
    endpoints: { events: alerting.served },
    async start() {
      const { reconcileAlert, reconcileProvider } = alerting;
      watches.providers = await cluster.watch<Provider>({
        type: PROVIDERS,
        kind: PROVIDER_KIND,
        optional: true,
        reconcile: reconcileProvider,
      });
      watches.alerts = await cluster.watch<Alert>({
        type: ALERTS,
        kind: ALERT_KIND,
        optional: true,
        reconcile: reconcileAlert,
      });
    },
    lead() {
      for (const watch of [watches.alerts, watches.providers]) {
        for (const key of watch?.keys() ?? []) watch?.enqueue(key, 'backlog');
      }
    },
    missing: () => missing(watches),
    flush: alerting.flush,
    stop: alerting.stop,
  };
};

/** Without their CRDs there are none. That they may not be read says nothing of them, so events wait. */
function isComplete({ alerts: ofAlerts, providers }: Watches): boolean {
  return [ofAlerts, providers].every((watch) => watch?.hasHandledAll() || watch?.absence() === 'no such kind');
}

/** Receivers are served without Alerts: what an installation lacks is not waited for. */
function missing({ alerts: ofAlerts, providers }: Watches): string[] {
  const isMissing = (watch: WatchedKind | undefined) => !watch?.hasHandledAll() && watch?.absence() === undefined;
  return [
    ...(isMissing(ofAlerts) ? ['not every Alert is reconciled yet'] : []),
    ...(isMissing(providers) ? ['not every Provider is reconciled yet'] : []),
  ];
}
