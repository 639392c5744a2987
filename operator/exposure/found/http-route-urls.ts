/** Finds the URLs of an HTTPRoute, through the listeners of the Gateways that accept it. Pure. */
import type { Gateway, HttpRoute, HttpRouteRule, Listener, ParentRef } from '../objects.ts';
import type { CountedService } from './counted-services.ts';
import { foundUrl, originOf, ownerOf } from './found-url.ts';
import { commonHosts } from './hosts.ts';
import type { PathMatch, PathRules } from './path-rules.ts';

type Counted = ReadonlyMap<string, CountedService>;

const GROUP = 'gateway.networking.k8s.io';
/** Filters that change where a request goes. */
const DIVERTING = ['RequestRedirect', 'URLRewrite'];

export function httpRouteUrls(
  route: HttpRoute,
  gateways: ReadonlyMap<string, Gateway>,
  counted: Counted,
): readonly PathRules[] {
  const paths = (route.spec?.rules ?? []).flatMap((rule) => pathMatches(rule, route, counted));
  if (!paths.some(({ here }) => here)) return [];
  const origins = new Set<string>();
  for (const parent of acceptedParents(route)) {
    const gateway = gateways.get(gatewayKey(parent, route));
    for (const listener of gateway?.spec?.listeners ?? []) {
      if (gateway !== undefined && takes(listener, parent, gateway, route)) {
        for (const origin of originsOf(listener, gateway, route)) origins.add(origin);
      }
    }
  }
  if (origins.size === 0) return [];
  const urls = Array.from(origins, (origin) => foundUrl('HTTPRoute', origin, ownerOf(route.metadata)));
  return [{ urls, paths, otherwise: false }];
}

function gatewayKey({ namespace, name }: ParentRef, route: HttpRoute): string {
  return `${namespace ?? route.metadata.namespace}/${name}`;
}

function acceptedParents(route: HttpRoute): readonly ParentRef[] {
  const { parentRefs = [] } = route.spec ?? {};
  const accepted = (route.status?.parents ?? []).filter(({ conditions = [] }) =>
    conditions.some(({ type, status }) => type === 'Accepted' && status === 'True'),
  );
  return parentRefs.filter((parent) => {
    const { group = GROUP, kind = 'Gateway' } = parent;
    return group === GROUP && kind === 'Gateway' && accepted.some(({ parentRef }) => isSame(parent, parentRef, route));
  });
}

function isSame(a: ParentRef, b: ParentRef, route: HttpRoute): boolean {
  return gatewayKey(a, route) === gatewayKey(b, route) && a.sectionName === b.sectionName && a.port === b.port;
}

function takes(listener: Listener, parent: ParentRef, gateway: Gateway, route: HttpRoute): boolean {
  const { protocol, name, port, allowedRoutes } = listener;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return false;
  if (parent.sectionName !== undefined && parent.sectionName !== name) return false;
  if (parent.port !== undefined && parent.port !== port) return false;
  const kinds = allowedRoutes?.kinds ?? [];
  if (kinds.length > 0 && !kinds.some(({ kind }) => kind === 'HTTPRoute')) return false;
  // The Gateway evaluates a selector of namespaces, and it has accepted the route.
  const from = allowedRoutes?.namespaces?.from ?? 'Same';
  return from !== 'None' && (from !== 'Same' || gateway.metadata.namespace === route.metadata.namespace);
}

function originsOf(listener: Listener, gateway: Gateway, route: HttpRoute): readonly string[] {
  const scheme = listener.protocol === 'HTTPS' ? 'https' : 'http';
  const { hostnames = [] } = route.spec ?? {};
  const anyHost = hostnames.length === 0 && (listener.hostname ?? '') === '';
  const hosts = anyHost
    ? (gateway.status?.addresses ?? []).map(({ value }) => value)
    : commonHosts(hostnames, listener.hostname || undefined);
  return hosts.map((host) => originOf(scheme, host, listener.port));
}

/** Regular expressions are left out: their syntax is the Gateway's. */
function pathMatches(rule: HttpRouteRule, route: HttpRoute, counted: Counted): readonly PathMatch[] {
  const here = isHere(rule, route, counted);
  const { matches = [] } = rule;
  const all = matches.length === 0 ? [{}] : matches;
  return all.flatMap(({ path = {}, method, headers = [], queryParams = [] }): readonly PathMatch[] => {
    // A match on more than the path does not match every webhook.
    if ((method ?? 'POST') !== 'POST' || headers.length > 0 || queryParams.length > 0) return [];
    const { type = 'PathPrefix', value = '/' } = path;
    if (type === 'Exact') return [{ kind: 'exact', value, here }];
    return type === 'PathPrefix' ? [{ kind: 'prefix', value, here }] : [];
  });
}

function isHere({ backendRefs = [], filters = [] }: HttpRouteRule, route: HttpRoute, counted: Counted): boolean {
  if (filters.some(({ type }) => DIVERTING.includes(type))) return false;
  return backendRefs.some(({ group = '', kind = 'Service', namespace, name, port, weight = 1 }) => {
    const isLocal = (namespace ?? route.metadata.namespace) === route.metadata.namespace;
    if (group !== '' || kind !== 'Service' || !isLocal || weight === 0) return false;
    return counted.get(name)?.ports.some((each) => each.port === port) ?? false;
  });
}
