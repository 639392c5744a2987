/** The Receiver object as users write it and as the operator answers it, with the names that Flux fixes. */
import type { DeliveriesSpec, FollowSpec, LastDelivery } from '../deliveries.ts';
import type { ExposureSpec, StatusUrl } from '../exposure.ts';
import { parseGoDuration } from '../go-duration.ts';
import { type Condition, GROUP, type ObjectMeta } from '../meta.ts';

export const VERSION = 'v1';
export const RECEIVER_API_VERSION = `${GROUP}/${VERSION}`;
export const RECEIVER_KIND = 'Receiver';
export const RECEIVER_PLURAL = 'receivers';

/** What `spec.interval` is when nobody sets it. */
export const DEFAULT_INTERVAL = '10m';
const DEFAULT_INTERVAL_MS = 600_000;
export const DEFAULT_OIDC_AUDIENCE = 'notification-controller';
export const HOOK_PREFIX = '/hook/';

/** One entry of `spec.resources`: what a webhook makes reconcile. */
export interface ResourceReference {
  apiVersion?: string;
  kind: string;
  /** A name, or `*` for all that `matchLabels` selects. */
  name: string;
  namespace?: string;
  matchLabels?: Record<string, string>;
  /** CEL of type bool over `req`, `res` and, for generic-oidc, `claims`. */
  filter?: string;
}

export interface OidcVariable {
  name: string;
  expression: string;
}

export interface OidcValidation {
  expression: string;
  message: string;
}

/** One entry of `spec.oidcProviders`: whose tokens a generic-oidc Receiver accepts, and on which claims. */
export interface OidcProvider {
  issuerURL: string;
  audience?: string;
  variables?: OidcVariable[];
  validations: OidcValidation[];
}

export interface ReceiverSpec {
  type: string;
  interval?: string;
  events?: string[];
  resources: ResourceReference[];
  resourceFilter?: string;
  secretRef?: { name: string };
  oidcProviders?: OidcProvider[];
  suspend?: boolean;
  exposure?: ExposureSpec;
  deliveries?: DeliveriesSpec;
  follow?: FollowSpec;
}

export interface ReceiverStatus {
  conditions?: Condition[];
  webhookPath?: string;
  observedGeneration?: number;
  lastHandledReconcileAt?: string;
  /** The first of `urls` that is reached from outside. */
  url?: string;
  urls?: StatusUrl[];
  lastDelivery?: LastDelivery;
}

export interface Receiver {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { namespace: string };
  spec: ReceiverSpec;
  status?: ReceiverStatus;
}

/**
 * `spec.interval` in milliseconds. The API server checks its form; zero, and what does not fit in a Go duration, is the
 * default of ten minutes.
 */
export function intervalMs({ interval = DEFAULT_INTERVAL }: Pick<ReceiverSpec, 'interval'>): number {
  return parseGoDuration(interval) || DEFAULT_INTERVAL_MS;
}
