/** What a Receiver's `spec.exposure` comes to: in the operator's own namespace all of it, elsewhere what is allowed. Pure. */
import type {
  ExposureKind,
  ExposureSpec,
  HttpRouteExposure,
  IngressExposure,
  ParentReference,
} from '../api/exposure.ts';
import { matchesLabels } from './found/hosts.ts';

/** What the flags say of Receivers outside of the operator's own namespace. */
export interface Tenancy {
  readonly kinds: readonly ExposureKind[];
  /** `*` is one label. */
  readonly hosts: readonly string[];
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly loadBalancerClass: string | undefined;
  readonly ingressClass: string | undefined;
  readonly ingressTlsSecret: string | undefined;
  readonly ingressAnnotations: Readonly<Record<string, string>>;
  readonly gateway: ParentReference | undefined;
}

export interface Grant {
  readonly granted: ExposureSpec;
  /** Why the rest is not; undefined where there is no rest. */
  readonly refused: string | undefined;
}

/** @param isOwn whether the Receiver is in the operator's own namespace. */
export function grant(wish: ExposureSpec, isOwn: boolean, tenancy: Tenancy): Grant {
  if (isOwn) return { granted: wish, refused: undefined };
  const refusals: string[] = [];
  const granted: ExposureSpec = {};
  const { service, ingress, httpRoute } = wish;
  if (service !== undefined && isAllowed('Service', tenancy, refusals)) {
    granted.service = {
      ...(service.type === undefined ? {} : { type: service.type }),
      ...(service.port === undefined ? {} : { port: service.port }),
      annotations: { ...tenancy.serviceAnnotations },
      ...classOf(service.type, tenancy),
    };
  }
  if (ingress !== undefined && isAllowed('Ingress', tenancy, refusals)) {
    const hosts = ingress.host === undefined ? [] : [ingress.host];
    if (mayName('ingress.host', hosts, tenancy, refusals)) granted.ingress = tenantIngress(ingress, tenancy);
  }
  if (httpRoute !== undefined && isAllowed('HTTPRoute', tenancy, refusals)) {
    const { hostnames = [] } = httpRoute;
    if (mayName('httpRoute.hostnames', hostnames, tenancy, refusals))
      granted.httpRoute = tenantRoute(hostnames, tenancy);
  }
  return { granted, refused: refusals.length === 0 ? undefined : refusals.join('; ') };
}

function classOf(type: string | undefined, { loadBalancerClass }: Tenancy): { loadBalancerClass?: string } {
  const isBalanced = type === undefined || type === 'LoadBalancer';
  return isBalanced && loadBalancerClass !== undefined ? { loadBalancerClass } : {};
}

function tenantIngress({ host }: IngressExposure, tenancy: Tenancy): IngressExposure {
  const { ingressClass, ingressTlsSecret, ingressAnnotations } = tenancy;
  return {
    ...(host === undefined ? {} : { host }),
    ...(ingressClass === undefined ? {} : { className: ingressClass }),
    ...(ingressTlsSecret === undefined ? {} : { tlsSecretName: ingressTlsSecret }),
    annotations: { ...ingressAnnotations },
  };
}

function tenantRoute(hostnames: string[], { gateway }: Tenancy): HttpRouteExposure {
  return { parentRefs: gateway === undefined ? [] : [gateway], hostnames };
}

function isAllowed(kind: ExposureKind, { kinds }: Tenancy, refusals: string[]): boolean {
  if (kinds.includes(kind)) return true;
  refusals.push(`${kind}: the operator's --tenant-exposure does not allow it in this namespace`);
  return false;
}

/** Without a host, a door would be open for every host. */
function mayName(field: string, hosts: readonly string[], tenancy: Tenancy, refusals: string[]): boolean {
  if (hosts.length === 0) refusals.push(`${field}: name a host that the operator's --tenant-exposure-hosts allows`);
  const refused = hosts.filter((host) => !tenancy.hosts.some((pattern) => matchesLabels(pattern, host)));
  for (const host of refused) refusals.push(`${field}: the operator's --tenant-exposure-hosts does not allow ${host}`);
  return hosts.length > 0 && refused.length === 0;
}
