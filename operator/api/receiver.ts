/**
 * The Receiver object as users write it and as the operator answers it, with the names that Flux and Kubernetes fix.
 */

import type { ExposureSpec, StatusUrl } from './exposure.ts';

export const GROUP = 'notification.toolkit.fluxcd.io';
export const VERSION = 'v1';
export const RECEIVER_API_VERSION = `${GROUP}/${VERSION}`;
export const RECEIVER_KIND = 'Receiver';
export const RECEIVER_PLURAL = 'receivers';

/** On a target: asks for a reconcile now. On a Receiver: the same, answered in `status.lastHandledReconcileAt`. */
export const REQUESTED_AT_ANNOTATION = 'reconcile.fluxcd.io/requestedAt';
/** The finalizer that Flux's own controller leaves on Receivers; released here, never added. */
export const FLUX_FINALIZER = 'finalizers.fluxcd.io';
export const FIELD_MANAGER = 'sluice';
export const DEFAULT_OIDC_AUDIENCE = 'notification-controller';
export const HOOK_PREFIX = '/hook/';

/** The part of Kubernetes' ObjectMeta that the operator reads. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

/** metav1.OwnerReference. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

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
}

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface ReceiverStatus {
  conditions?: Condition[];
  webhookPath?: string;
  observedGeneration?: number;
  lastHandledReconcileAt?: string;
  /** The first of `urls` that is reached from outside. */
  url?: string;
  urls?: StatusUrl[];
}

export interface Receiver {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { namespace: string };
  spec: ReceiverSpec;
  status?: ReceiverStatus;
}

/** What a target's filter and `matchLabels` may see of it: never its spec. */
export interface ResourceMetadata {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
