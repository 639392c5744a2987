/** What an installation may choose. The defaults, each with its meaning, stand in values.yaml; a text of '' is not set. */

/** One kind of object that a Receiver may notify. */
export interface TargetKind {
  readonly group: string;
  readonly plural: string;
}

/** `parentRefs` of a HTTPRoute. */
export interface ParentReference {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
}

type Texts = Readonly<Record<string, string>>;

export interface SluiceValues {
  /** Where the operator runs. @default 'flux-system' */
  readonly namespace: string;
  /** Whether the namespace is part of the manifests. @default true */
  readonly createNamespace: boolean;
  /** With its registry, and its tag or digest. @default 'sluice:<version>' */
  readonly image: string;
  /** @default 'IfNotPresent' */
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of Secrets in the namespace. @default [] */
  readonly imagePullSecrets: readonly string[];
  /** @default 2 */
  readonly replicas: number;
  /** False: only the operator's own namespace, with Roles instead of ClusterRoles. @default true */
  readonly watchAllNamespaces: boolean;
  /** `--log-level`. @default 'info' */
  readonly logLevel: 'trace' | 'debug' | 'info' | 'error';
  /** More flags of the operator, after the usual ones. @default [] */
  readonly extraArgs: readonly string[];
  readonly resources: {
    /** @default 50 */
    readonly cpuRequestMillis: number;
    /** @default 128 */
    readonly memoryRequestMebibytes: number;
    /** Three quarters of it are the cap of the JavaScript heap. @default 512 */
    readonly memoryLimitMebibytes: number;
  };
  /** Longer than the shutdown delay, the longest request and the flush of what is pending. @default 60 */
  readonly terminationGracePeriodSeconds: number;
  /** More labels of the pods. @default {} */
  readonly podLabels: Texts;
  /** More annotations of the pods. @default {} */
  readonly podAnnotations: Texts;
  /** @default '' */
  readonly priorityClassName: string;
  /** @default {} */
  readonly nodeSelector: Texts;
  /** As in a pod. @default [] */
  readonly tolerations: readonly object[];
  /** As in a pod. @default {} */
  readonly affinity: object;
  readonly service: ServiceValues;
  readonly webhook: {
    /** CIDRs that may reach the endpoint; none: all may. @default [] */
    readonly allowFrom: readonly string[];
  };
  readonly tls: TlsValues;
  readonly podDisruptionBudget: {
    /** @default true */
    readonly enabled: boolean;
    /** @default 1 */
    readonly maxUnavailable: number;
  };
  readonly networkPolicy: { readonly ingress: IngressPolicyValues; readonly egress: EgressPolicyValues };
  readonly ingress: IngressValues;
  readonly httpRoute: HttpRouteValues;
  readonly podMonitor: PodMonitorValues;
  readonly targets: {
    /** Kinds that Receivers may notify, beside those of Flux. @default [] */
    readonly extra: readonly TargetKind[];
  };
  readonly secrets: {
    /** Namespaces whose Secrets may be read; none: all. @default [] */
    readonly namespaces: readonly string[];
  };
  readonly exposure: ExposureValues;
}

export interface ServiceValues {
  /** @default 'ClusterIP' */
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  /** @default {} */
  readonly annotations: Texts;
  /** Of a LoadBalancer. @default '' */
  readonly loadBalancerClass: string;
  /** Of a NodePort or LoadBalancer; Local keeps the senders' addresses. @default 'Cluster' */
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
}

export interface TlsValues {
  /** Of the type `kubernetes.io/tls`, in the namespace. @default '' */
  readonly secretName: string;
  /** Whether plain HTTP is off. @default false */
  readonly only: boolean;
  /** A Certificate of cert-manager that makes the Secret. */
  readonly certificate: {
    /** @default '' */
    readonly issuerName: string;
    /** @default 'Issuer' */
    readonly issuerKind: 'Issuer' | 'ClusterIssuer';
    /** @default [] */
    readonly dnsNames: readonly string[];
  };
}

export interface IngressPolicyValues {
  /** @default true */
  readonly enabled: boolean;
  /** Whose pods may scrape the metrics. @default ['monitoring'] */
  readonly metricsFromNamespaces: readonly string[];
}

export interface EgressPolicyValues {
  /** @default false */
  readonly enabled: boolean;
  /** The one behind the Service `kubernetes`. @default 6443 */
  readonly apiServerPort: number;
  /** None: any address. @default [] */
  readonly apiServerCidrs: readonly string[];
  /** HTTPS to any address, for issuers of ID tokens. @default true */
  readonly issuers: boolean;
}

export interface IngressValues {
  /** @default false */
  readonly enabled: boolean;
  /** @default '' */
  readonly host: string;
  /** @default '' */
  readonly className: string;
  /** @default '' */
  readonly tlsSecretName: string;
  /** @default {} */
  readonly annotations: Texts;
}

export interface HttpRouteValues {
  /** @default false */
  readonly enabled: boolean;
  /** @default [] */
  readonly parentRefs: readonly ParentReference[];
  /** @default [] */
  readonly hostnames: readonly string[];
}

export interface PodMonitorValues {
  /** @default false */
  readonly enabled: boolean;
  /** Such as `30s`; else Prometheus' own. @default '' */
  readonly interval: string;
  /** @default {} */
  readonly labels: Texts;
}

/** The objects that Receivers request by `spec.exposure`, and the URLs in their status. */
export interface ExposureValues {
  /** Whether the operator may write Services, in its own namespace. @default true */
  readonly services: boolean;
  /** Whether it may write Ingresses there. @default true */
  readonly ingresses: boolean;
  /** Whether it may write HTTPRoutes there. @default true */
  readonly httpRoutes: boolean;
  /** Whether it may read the nodes' addresses; without that no URL of a NodePort is shown. @default false */
  readonly nodePort: boolean;
  /** Base URL of a tunnel or proxy that Kubernetes does not know. @default '' */
  readonly externalUrl: string;
  readonly tenants: TenantValues;
}

/** What Receivers in other namespaces than the operator's may ask for. */
export interface TenantValues {
  /** @default [] */
  readonly kinds: readonly ('Service' | 'Ingress' | 'HTTPRoute')[];
  /** `*` is one label. @default [] */
  readonly hosts: readonly string[];
  /** @default {} */
  readonly serviceAnnotations: Texts;
  /** @default '' */
  readonly loadBalancerClass: string;
  /** @default '' */
  readonly ingressClass: string;
  /** A Secret in the operator's namespace. @default '' */
  readonly ingressTlsSecret: string;
  /** @default {} */
  readonly ingressAnnotations: Texts;
  /** `namespace/name` or `namespace/name/listener`. @default '' */
  readonly gateway: string;
}

type Overlay<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Overlay<T[Key]> }
    : T;

/** What differs from the defaults: maps are merged, lists and everything else are replaced. */
export type SluiceProps = Overlay<SluiceValues>;
