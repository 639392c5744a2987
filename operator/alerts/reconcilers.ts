/** Keeps what deliveries read of Alerts and Providers true, and releases the finalizer of Flux's controller. */
import { ALERT_PLURAL, ALERTING_API_VERSION, type Alert } from '../api/alert/alert.ts';
import { PROVIDER_PLURAL, type Provider } from '../api/provider/provider.ts';
import type { ResourceType } from '../kube/kube-client.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import { releaseFinalizer } from '../kube/release-finalizer.ts';
import type { TokenCache } from './cloud/token-cache.ts';
import type { AlertIndex } from './matching/alert-index.ts';
import { compileAlert } from './matching/compile-alert.ts';
import type { Notifiers } from './notifiers.ts';
import type { Deliveries } from './queue/deliveries.ts';
import type { AlertReports } from './reports.ts';

export const ALERTS: ResourceType = { apiVersion: ALERTING_API_VERSION, plural: ALERT_PLURAL, namespaced: true };
export const PROVIDERS: ResourceType = { apiVersion: ALERTING_API_VERSION, plural: PROVIDER_PLURAL, namespaced: true };

export interface Reconcilers {
  reconcileAlert(key: string, alert: Alert | undefined): Promise<undefined>;
  reconcileProvider(key: string, provider: Provider | undefined): Promise<undefined>;
}

export interface ReconcilersOptions {
  readonly leader: LeaderClient;
  readonly index: AlertIndex;
  /** By `namespace/name`. */
  readonly providers: Map<string, Provider>;
  /** With `--alerts-all-namespaces`. */
  readonly allNamespaces: boolean;
  readonly reports: AlertReports;
  readonly notifiers: Notifiers;
  readonly tokens: TokenCache;
  readonly deliveries: Deliveries;
}

export function createReconcilers(options: ReconcilersOptions): Reconcilers {
  return {
    reconcileAlert: (key, alert) => reconcileAlert(options, key, alert),
    reconcileProvider: (key, provider) => reconcileProvider(options, key, provider),
  };
}

async function reconcileAlert(options: ReconcilersOptions, key: string, alert: Alert | undefined): Promise<undefined> {
  const { leader, index, reports, allNamespaces } = options;
  if (alert === undefined) {
    index.delete(key);
    return;
  }
  const known = index.get(key)?.alert.metadata;
  const isNew = known === undefined || known.generation !== alert.metadata.generation;
  const compiled = compileAlert(alert, { allNamespaces });
  index.set(compiled);
  if (isNew) for (const fault of compiled.faults) reports.invalidConfig(alert, fault);
  // Flux's own leaves a suspended Alert as it is.
  const releases = alert.spec.suspend !== true || alert.metadata.deletionTimestamp !== undefined;
  if (leader.leads && releases && (await releaseFinalizer(leader.client, ALERTS, alert.metadata)))
    reports.migrated(alert);
}

async function reconcileProvider(
  { leader, providers, notifiers, tokens, deliveries }: ReconcilersOptions,
  key: string,
  provider: Provider | undefined,
): Promise<undefined> {
  if (provider === undefined) {
    providers.delete(key);
    notifiers.forget(key);
    const [namespace = '', name = ''] = key.split('/');
    tokens.forget({ namespace, name });
    return;
  }
  providers.set(key, provider);
  deliveries.retryNow(key);
  // Flux's own would put it back, so it is released for a deletion alone.
  const isDeleted = provider.metadata.deletionTimestamp !== undefined;
  if (leader.leads && isDeleted) await releaseFinalizer(leader.client, PROVIDERS, provider.metadata);
}
