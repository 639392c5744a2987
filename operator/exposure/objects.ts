/** The objects that expose Receivers, in the fields that are read. */
import type { ObjectMeta } from '../api/meta.ts';

export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
  /** What a load balancer reports of its ports: `error` says why one is not open. */
  readonly ports?: readonly { readonly port: number; readonly protocol?: string; readonly error?: string }[];
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
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly IngressPath[] } }[];
  };
  readonly status?: LoadBalancerStatus;
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
