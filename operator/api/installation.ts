/** What an installation is called: the manifests say so, and the operator finds its own pods and Service by it. */

/** Of the Deployment, the ServiceAccount and the roles. */
export const NAME = 'sluice';

/** The Lease that the replicas share: who holds it writes. */
export const LEASE = 'sluice-leader-election';

/** What selects the operator's pods; never changes, because a Deployment's selector cannot. */
export const selectorLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/component': 'operator',
};

/** The Service that all Receivers share, under the name that Flux gives it. */
export const RECEIVER_SERVICE = 'webhook-receiver';

/** The Service to which Flux's controllers post events, under the name that they know. */
export const EVENT_SERVICE = 'notification-controller';
/** The name of the container's port for events. */
export const EVENT_PORT = 'http';

/** The name of the container's port for the page, which is on loopback by default. */
export const PAGE_PORT = 'page';

/** The headless Service that has all replicas, for each other. */
export const PEER_SERVICE = 'sluice-peers';
/** The name of its port, and of the container's. */
export const PEER_PORT = 'peers';
/** Whom the tokens are for by which replicas know each other, and where each has its own. */
export const PEER_AUDIENCE = 'sluice';
export const PEER_TOKEN_FILE = '/var/run/secrets/sluice/peers/token';

/** Names of the container's ports for webhooks. */
export const WEBHOOK_PORT = 'http-webhook';
export const TLS_WEBHOOK_PORT = 'https-webhook';
/** Where the container receives webhooks by default. */
export const DEFAULT_WEBHOOK_PORT = 9292;
