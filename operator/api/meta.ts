/** The parts of every Kubernetes object that the operator reads, and the names that Flux fixes for all of its kinds. */

/** The API group of Receivers, Alerts and Providers. */
export const GROUP = 'notification.toolkit.fluxcd.io';
/** The API group of the kinds that Flux does not have. */
export const SLUICE_GROUP = 'sluice.dev';
/** On a target: requests a reconcile now. On an object of ours: the same, answered in `status.lastHandledReconcileAt`. */
export const REQUESTED_AT_ANNOTATION = 'reconcile.fluxcd.io/requestedAt';
/** The finalizer that Flux's own controller leaves on its objects; released here, never added. */
export const FLUX_FINALIZER = 'finalizers.fluxcd.io';
/** What server-side apply and merge patches of the operator are recorded under in `managedFields`. */
export const FIELD_MANAGER = 'sluice';

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
  controller?: boolean;
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

/** Any object without its spec and status: what a target's filter and `matchLabels` may see of it. */
export interface ResourceMetadata {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
