/** Grants a Receiver's `spec.exposure`: all of it in the operator's own namespace, elsewhere what the flags allow. Pure. */
import type {
  ExposureKind,
  ExposureSpec,
  HttpRouteExposure,
  IngressExposure,
  ParentReference,
  ServiceExposure,
} from '../api/exposure.ts';
import { matchesLabels } from './found/hosts.ts';

/** What Receivers outside the operator's namespace may request, as the flags set it. */
export interface Tenancy {
  readonly kinds: readonly ExposureKind[];
  /** Patterns of allowed hosts; `*` stands for one label. */
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
  /** Why a part of the request is not granted; undefined: all of it is. */
  readonly refused: string | undefined;
}

/** @param isOwn whether the Receiver is in the operator's own namespace. */
export function grant(requested: ExposureSpec, isOwn: boolean, tenancy: Tenancy): Grant {
  if (isOwn) return { granted: requested, refused: undefined };
  const refusals: string[] = [];
  const { service, ingress, httpRoute, urlSecret } = requested;
  // The rights of the operator decide about a Secret in the Receiver's own namespace.
  const granted: ExposureSpec = urlSecret === undefined ? {} : { urlSecret };
  if (service !== undefined && isAllowed('Service', tenancy, refusals)) {
    granted.service = tenantService(service, tenancy);
  }
  if (ingress !== undefined && mayBind('Ingress', hostsOf(ingress), tenancy, refusals)) {
    granted.ingress = tenantIngress(ingress, tenancy);
  }
  if (httpRoute !== undefined && mayBind('HTTPRoute', httpRoute.hostnames, tenancy, refusals)) {
    granted.httpRoute = tenantRoute(httpRoute, tenancy);
  }
  return { granted, refused: refusals.length === 0 ? undefined : refusals.join('; ') };
}

function tenantService({ type, port }: ServiceExposure, tenancy: Tenancy): ServiceExposure {
  const { serviceAnnotations, loadBalancerClass } = tenancy;
  const isBalanced = type === undefined || type === 'LoadBalancer';
  return {
    ...(type === undefined ? {} : { type }),
    ...(port === undefined ? {} : { port }),
    annotations: { ...serviceAnnotations },
    ...(isBalanced && loadBalancerClass !== undefined ? { loadBalancerClass } : {}),
  };
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

function hostsOf({ host }: IngressExposure): string[] {
  return host === undefined ? [] : [host];
}

function tenantRoute({ hostnames = [] }: HttpRouteExposure, { gateway }: Tenancy): HttpRouteExposure {
  return { parentRefs: gateway === undefined ? [] : [gateway], hostnames };
}

function isAllowed(kind: ExposureKind, { kinds }: Tenancy, refusals: string[]): boolean {
  if (kinds.includes(kind)) return true;
  refusals.push(`${kind}: --tenant-exposure does not allow it in this namespace`);
  return false;
}

/** The field that names the hosts, by kind. */
const HOST_FIELDS = { Ingress: 'ingress.host', HTTPRoute: 'httpRoute.hostnames' } as const;

/** An object without a host would match every host. */
function mayBind(
  kind: keyof typeof HOST_FIELDS,
  hosts: readonly string[] = [],
  tenancy: Tenancy,
  refusals: string[],
): boolean {
  if (!isAllowed(kind, tenancy, refusals)) return false;
  const field = HOST_FIELDS[kind];
  if (hosts.length === 0) refusals.push(`${field}: name a host that --tenant-exposure-hosts allows`);
  const refused = hosts.filter((host) => !tenancy.hosts.some((pattern) => matchesLabels(pattern, host)));
  for (const host of refused) refusals.push(`${field}: --tenant-exposure-hosts does not allow ${host}`);
  return hosts.length > 0 && refused.length === 0;
}
