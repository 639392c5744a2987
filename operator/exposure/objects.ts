/** The objects that expose Receivers, in the fields that are read. */
import type { ObjectMeta } from '../api/meta.ts';

export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

interface LoadBalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerAddress[] };
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

export interface Service {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly type?: string;
    /** `None`: headless. */
    readonly clusterIP?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: LoadBalancerStatus;
}

export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port?: { readonly number?: number; readonly name?: string } };
}

export interface IngressPath {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend: IngressBackend;
}

export interface Ingress {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly defaultBackend?: IngressBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[] }[];
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly IngressPath[] } }[];
  };
  readonly status?: LoadBalancerStatus;
}

/** metav1.Condition, as far as it is read of others' objects. */
export interface ForeignCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface HttpRouteRule {
  readonly matches?: readonly {
    readonly path?: { readonly type?: string; readonly value?: string };
    readonly method?: string;
    readonly headers?: readonly unknown[];
    readonly queryParams?: readonly unknown[];
  }[];
  readonly filters?: readonly { readonly type: string }[];
  readonly backendRefs?: readonly {
    readonly group?: string;
    readonly kind?: string;
    readonly namespace?: string;
    readonly name: string;
    readonly port?: number;
    readonly weight?: number;
  }[];
}

export interface HttpRoute {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly parentRefs?: readonly ParentRef[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly HttpRouteRule[];
  };
  readonly status?: {
    readonly parents?: readonly { readonly parentRef: ParentRef; readonly conditions?: readonly ForeignCondition[] }[];
  };
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: string;
  readonly allowedRoutes?: {
    readonly namespaces?: { readonly from?: string };
    readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
  };
}

export interface Gateway {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly listeners?: readonly Listener[] };
  readonly status?: { readonly addresses?: readonly { readonly value: string }[] };
}

export interface Node {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

export interface Deployment {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly containers?: readonly {
          readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
        }[];
      };
    };
  };
}

/** All objects that may lead to the operator. */
export interface ObservedObjects {
  /** Of the operator's namespace. */
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly httpRoutes: readonly HttpRoute[];
  /** Of every namespace. */
  readonly gateways: readonly Gateway[];
  /** None where they may not be read. */
  readonly nodes: readonly Node[];
  /** The operator's own; undefined: the chart's is taken for it. */
  readonly deployment: Deployment | undefined;
}

/** Where the operator receives webhooks, as the flags set it. */
export interface EndpointSettings {
  /** Of the operator. */
  readonly namespace: string;
  /** Where plain HTTP is received; undefined: nowhere. */
  readonly receiverPort: number | undefined;
  /** Where HTTPS is received; undefined: nowhere. */
  readonly tlsPort: number | undefined;
  /** Base URL of a tunnel or proxy that Kubernetes does not know, such as `https://hooks.example.com`. */
  readonly externalUrl: string | undefined;
}
