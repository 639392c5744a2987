/** The flags of the group Alerts: which events are taken, and how long their delivery is tried. */

import { featureGatesFlag } from './feature-gates-flag.ts';
import { booleanFlag, durationFlag, integerFlag, optionalAddressFlag } from './flag.ts';

/** More than any cluster has at once, and still a bound. */
const MOST_PENDING_EVENTS = 1_000_000;

export const alertFlags = {
  eventsAddr: optionalAddressFlag({
    name: 'events-addr',
    group: 'Alerts',
    default: ':9090',
    help: 'Address of the server for events, to which Alerts apply; empty for none',
  }),
  rateLimitIntervalMs: durationFlag({
    name: 'rate-limit-interval',
    group: 'Alerts',
    default: '5m',
    min: 1,
    help: 'Time in which an event that equals an accepted one is refused, as a duration',
  }),
  alertRetryForMs: durationFlag({
    name: 'alert-retry-for',
    group: 'Alerts',
    default: '1h',
    help: 'Time in which the delivery of an event is retried, as a duration; 0 tries it once',
  }),
  maxPendingEvents: integerFlag({
    name: 'max-pending-events',
    group: 'Alerts',
    default: 10_000,
    min: 1,
    max: MOST_PENDING_EVENTS,
    help: 'Events that wait for their delivery; beyond, the oldest are dropped, those of severity info first',
  }),
  alertAllowLinkLocal: booleanFlag({
    name: 'alert-allow-link-local',
    group: 'Alerts',
    default: false,
    help: 'Lets Providers name link-local addresses, where clouds keep their metadata services; if false, such a delivery fails',
  }),
  alertsAllNamespaces: booleanFlag({
    name: 'alerts-all-namespaces',
    group: 'Alerts',
    default: false,
    help: "Lets namespace '*' of an Alert's event source mean every namespace; if false, it means none, as in Flux",
  }),
  featureGates: featureGatesFlag({
    name: 'feature-gates',
    group: 'Alerts',
    help: 'Features of Flux, as name=true,name=false: ObjectLevelWorkloadIdentity lets Providers name a ServiceAccount; if empty, none',
  }),
  exportHttpPathMetrics: booleanFlag({
    name: 'export-http-path-metrics',
    group: 'Alerts',
    default: false,
    help: 'Give gotk_event_http_* the path of a request as label handler, for up to 100 paths; if false, it is always /',
    notice: 'it is for the metrics of events alone, because the path of a webhook is its secret',
  }),
  tokenCacheMaxSize: integerFlag({
    name: 'token-cache-max-size',
    group: 'Alerts',
    default: 100,
    min: 0,
    help: 'Most access tokens of Providers that are kept: the one that was used longest ago makes room; 0 keeps none',
  }),
  tokenCacheMaxDurationMs: durationFlag({
    name: 'token-cache-max-duration',
    group: 'Alerts',
    default: '1h',
    help: 'Longest time that an access token of a Provider is kept, as a duration; 0 keeps none',
  }),
};
