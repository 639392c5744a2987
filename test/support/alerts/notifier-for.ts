/** A Provider's notifier, made as the operator makes it, without a cluster. */
import type { ServiceAccounts } from '../../../operator/alerts/cloud/service-account.ts';
import { createDeliverer, type DeliveryFailure, type Outcome } from '../../../operator/alerts/deliver.ts';
import type { FluxEvent } from '../../../operator/alerts/flux-event.ts';
import { createNotifiers } from '../../../operator/alerts/notifiers.ts';
import { providerTypes } from '../../../operator/alerts/providers/index.ts';
import type { ProviderSpec } from '../../../operator/api/provider/provider.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { standingFor } from './run-scenario.ts';
import { objectsOf, type Scenario } from './scenarios.ts';
import { uncountedTokens } from './uncounted-tokens.ts';

export interface TestNotifier {
  /** @throws DeliveryFailure */
  deliver(event: FluxEvent): Promise<Outcome>;
  /** What a delivery fails with. */
  failure(event: FluxEvent): Promise<DeliveryFailure>;
  end(): Promise<void>;
}

export interface NotifierForOptions {
  /** Data of Secrets by their names. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly allowLinkLocal?: boolean;
  /** Servers that are called in place of hosts: `http://127.0.0.1:port` by the host. */
  readonly standIns?: ReadonlyMap<string, string>;
  readonly serviceAccounts?: ServiceAccounts;
}

export function notifierFor(spec: ProviderSpec, options: NotifierForOptions = {}): TestNotifier {
  const { secrets = {}, allowLinkLocal = false, standIns, serviceAccounts } = options;
  const { alert, provider } = objectsOf({ provider: spec } as Scenario, '');
  const notifiers = createNotifiers({
    types: providerTypes,
    secret: async (_namespace, name) => {
      const entries = Object.entries(secrets[name] ?? {});
      return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value)]));
    },
    allowLinkLocal,
    tokens: uncountedTokens(),
    httpCaller: standIns && standingFor(standIns),
    workloadIdentity: serviceAccounts && { serviceAccounts, defaultServiceAccount: '' },
  });
  const deliverer = createDeliverer({
    clock: systemClock,
    types: providerTypes,
    notifiers,
    sameNamespaceOnly: false,
    workloadIdentity: true,
    onConflicts() {},
    onMessageFailed() {},
  });
  const deliver = (event: FluxEvent) => deliverer.deliver({ event, alert, provider });
  return {
    deliver,
    async failure(event) {
      const outcome = await deliver(event).catch((error: DeliveryFailure) => error);
      if (typeof outcome === 'string') throw new Error(`no failure but '${outcome}'`);
      return outcome;
    },
    end: () => notifiers.stop(),
  };
}
