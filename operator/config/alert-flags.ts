/** The flags of the group Alerts: which events are taken, and how long their delivery is tried. */

import { featureGatesFlag } from './feature-gates-flag.ts';
import { booleanFlag, durationFlag, integerFlag, optionalAddressFlag, stringFlag } from './flag.ts';

/** More than any cluster has at once, and still a bound. */
const MOST_PENDING_EVENTS = 1_000_000;

export const alertFlags = {
  eventsAddr: optionalAddressFlag({
    name: 'events-addr',
    group: 'Alerts',
    default: ':9090',
    help: 'The address where events for Alerts are received; empty for none',
  }),
  rateLimitIntervalMs: durationFlag({
    name: 'rate-limit-interval',
    group: 'Alerts',
    default: '5m',
    min: 1,
    help: 'How long an event is refused after an equal one was taken',
  }),
  alertRetryForMs: durationFlag({
    name: 'alert-retry-for',
    group: 'Alerts',
    default: '1h',
    help: 'How long the delivery of an event is tried; 0 tries it once',
  }),
  maxPendingEvents: integerFlag({
    name: 'max-pending-events',
    group: 'Alerts',
    default: 10_000,
    min: 1,
    max: MOST_PENDING_EVENTS,
    help: 'How many events may wait for their delivery; beyond, the oldest are dropped, those of severity info first',
  }),
  alertAllowLinkLocal: booleanFlag({
    name: 'alert-allow-link-local',
    group: 'Alerts',
    default: false,
    help: 'Let Providers name link-local addresses, where clouds keep their metadata services',
  }),
  alertsAllNamespaces: booleanFlag({
    name: 'alerts-all-namespaces',
    group: 'Alerts',
    default: false,
    help: "Let namespace '*' of an Alert's event source mean every namespace; if false, it means none, as in Flux",
  }),
  featureGates: featureGatesFlag({
    name: 'feature-gates',
    group: 'Alerts',
    help: 'Features of Flux, as name=true,name=false: ObjectLevelWorkloadIdentity lets Providers name a ServiceAccount',
  }),
  defaultServiceAccount: stringFlag({
    name: 'default-service-account',
    group: 'Alerts',
    help: 'The ServiceAccount of Providers that name none; needs the feature gate ObjectLevelWorkloadIdentity',
  }),
  tokenCacheMaxSize: integerFlag({
    name: 'token-cache-max-size',
    group: 'Alerts',
    default: 100,
    min: 0,
    help: 'How many access tokens of Providers are kept; 0 for none',
  }),
  tokenCacheMaxDurationMs: durationFlag({
    name: 'token-cache-max-duration',
    group: 'Alerts',
    default: '1h',
    help: 'How long an access token of a Provider is kept at most',
  }),
};
