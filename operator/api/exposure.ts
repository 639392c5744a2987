/** `spec.exposure` of a Receiver, and the URLs in its status. */

/** Finalizer of Receivers whose exposure objects are in another namespace, until those are deleted. */
export const EXPOSURE_FINALIZER = 'sluice/exposure';
/** Labels of an exposure object: its Receiver, the name cut to what a label can hold. */
export const RECEIVER_NAMESPACE_LABEL = 'sluice/receiver-namespace';
export const RECEIVER_NAME_LABEL = 'sluice/receiver-name';
/** Annotation of an exposure object: a digest of all that was last applied. */
export const APPLIED_ANNOTATION = 'sluice/applied';
/** Annotation of an exposure object: `namespace/name` of its Receiver, in full. */
export const RECEIVER_ANNOTATION = 'sluice/receiver';
/** Annotation of a Receiver: the name of the Secret with its URL, set before that is created and until it is deleted. */
export const URL_SECRET_ANNOTATION = 'sluice/url-secret';
/** The kinds of objects that a Receiver may request. */
export const exposureKinds = ['Service', 'Ingress', 'HTTPRoute'] as const;

export type ExposureKind = (typeof exposureKinds)[number];

export const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer'] as const;
export type ServiceType = (typeof serviceTypes)[number];

/** A Service for one Receiver, or for all that give it the same name. */
export interface ServiceExposure {
  name?: string;
  type?: ServiceType;
  port?: number;
  nodePort?: number;
  annotations?: Record<string, string>;
  loadBalancerClass?: string;
  loadBalancerSourceRanges?: string[];
}

export interface IngressExposure {
  host?: string;
  className?: string;
  tlsSecretName?: string;
  annotations?: Record<string, string>;
}

export interface ParentReference {
  name: string;
  namespace?: string;
  sectionName?: string;
}

export interface HttpRouteExposure {
  parentRefs?: ParentReference[];
  hostnames?: string[];
}

/** A Secret with the URL and the path, for programs that set up the sender. */
export interface UrlSecret {
  name: string;
}

export interface ExposureSpec {
  service?: ServiceExposure;
  ingress?: IngressExposure;
  httpRoute?: HttpRouteExposure;
  urlSecret?: UrlSecret;
}

/** What leads to a URL, the best one for a sender first. */
export const urlTypes = ['External', 'HTTPRoute', 'Ingress', 'LoadBalancer', 'NodePort', 'Internal'] as const;
export type UrlType = (typeof urlTypes)[number];

/** One entry of `status.urls`. */
export interface StatusUrl {
  type: UrlType;
  url: string;
}
