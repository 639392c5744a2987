/** Finds the URLs of an HTTPRoute, through the listeners of the Gateways that accept it. Pure. */
import type { Gateway, HttpRoute, HttpRouteRule, Listener, ParentRef } from '../gateway-objects.ts';
import type { CountedService } from './counted-services.ts';
import { foundUrl, nameOf, originOf, type Unfulfilled } from './found-url.ts';
import { commonHosts } from './hosts.ts';
import type { PathMatch, PathRules } from './path-rules.ts';

type Counted = ReadonlyMap<string, CountedService>;
type Filter = NonNullable<HttpRouteRule['filters']>[number];

const GROUP = 'gateway.networking.k8s.io';

export function httpRouteUrls(
  route: HttpRoute,
  gateways: ReadonlyMap<string, Gateway>,
  counted: Counted,
): readonly PathRules[] {
  const paths = (route.spec?.rules ?? []).flatMap((rule) => pathMatches(rule, route, counted));
  if (!paths.some(({ here }) => here)) return [];
  const origins = new Set<string>();
  const parents = acceptedParents(route);
  for (const parent of parents) {
    const gateway = gateways.get(gatewayKey(parent, route));
    for (const listener of gateway?.spec?.listeners ?? []) {
      if (gateway !== undefined && takes(listener, parent, gateway, route)) {
        for (const origin of originsOf(listener, gateway, route)) origins.add(origin);
      }
    }
  }
  if (origins.size === 0) return [{ urls: [foundUrl('HTTPRoute', route, undefined, faultOf(route, parents))], paths }];
  return [{ urls: Array.from(origins, (origin) => foundUrl('HTTPRoute', route, origin)), paths }];
}

/** Why a route has no URL. */
function faultOf(route: HttpRoute, accepted: readonly ParentRef[]): Unfulfilled {
  const object = nameOf('HTTPRoute', route);
  const pending = (message: string): Unfulfilled => ({ reason: 'PendingAddress', message: `${object} ${message}` });
  if ((route.spec?.parentRefs ?? []).length === 0) return pending('has no parentRefs: name a Gateway');
  if (accepted.length > 0) {
    return pending(
      'has no host that a sender can call: name hostnames without a wildcard, or wait for the address of its Gateway',
    );
  }
  const conditions = (route.status?.parents ?? []).flatMap((parent) => parent.conditions ?? []);
  const refusal = conditions.find(({ type, status }) => type === 'Accepted' && status === 'False');
  if (refusal !== undefined) return pending(`is not accepted: ${refusal.message || refusal.reason}`);
  return pending('is not accepted by a Gateway yet: check its parentRefs, and the listeners of the Gateway');
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
  const { matches = [], filters = [] } = rule;
  const all = matches.length === 0 ? [{}] : matches;
  return all.flatMap(({ path = {}, method, headers = [], queryParams = [] }): readonly PathMatch[] => {
    // A match on more than the path does not match every webhook.
    if ((method ?? 'POST') !== 'POST' || headers.length > 0 || queryParams.length > 0) return [];
    const { type = 'PathPrefix', value = '/' } = path;
    if (type !== 'Exact' && type !== 'PathPrefix') return [];
    return [{ kind: type === 'Exact' ? 'exact' : 'prefix', value, here, ...changeOf(filters, route) }];
  });
}

/** What the filters of a rule do to a request; a change of the host alone does not matter here. */
function changeOf(filters: readonly Filter[], route: HttpRoute): Pick<PathMatch, 'fault' | 'rewrite'> {
  const object = nameOf('HTTPRoute', route);
  if (filters.some(({ type }) => type === 'RequestRedirect')) {
    const message = `${object} redirects requests by a filter RequestRedirect: remove it`;
    return { fault: { reason: 'Diverted', message } };
  }
  const rewrite = filters.find(({ type }) => type === 'URLRewrite');
  if (rewrite === undefined || (rewrite.urlRewrite !== undefined && rewrite.urlRewrite.path === undefined)) return {};
  const { path } = rewrite.urlRewrite ?? {};
  const message = `${object} changes the path of requests by a filter URLRewrite: remove its path`;
  const fault: Unfulfilled = { reason: 'PathRewritten', message };
  if (path?.type === 'ReplacePrefixMatch') {
    return { rewrite: { kind: 'prefix', target: path.replacePrefixMatch ?? '', fault } };
  }
  return { rewrite: { kind: 'whole', target: path?.replaceFullPath ?? '', fault } };
}

function isHere({ backendRefs = [] }: HttpRouteRule, route: HttpRoute, counted: Counted): boolean {
  return backendRefs.some(({ group = '', kind = 'Service', namespace, name, port, weight = 1 }) => {
    const isLocal = (namespace ?? route.metadata.namespace) === route.metadata.namespace;
    if (group !== '' || kind !== 'Service' || !isLocal || weight === 0) return false;
    return counted.get(name)?.ports.some((each) => each.port === port) ?? false;
  });
}
