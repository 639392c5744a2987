/**
 * Finds the URLs of Receivers in the objects that lead to the operator. Pure, in two steps: `findUrls` evaluates the objects
 * once for all Receivers, `urlsAt` gives the URLs of one by its path.
 */
import { type StatusUrl, urlTypes } from '../api/exposure.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { type CountedService, countedServices } from './found/counted-services.ts';
import { type FoundUrl, ownerOf } from './found/found-url.ts';
import { httpRouteUrls } from './found/http-route-urls.ts';
import { ingressUrls } from './found/ingress-urls.ts';
import { leadsHere, type PathRules } from './found/path-rules.ts';
import { nodeAddress, serviceUrls } from './found/service-urls.ts';
import type { EndpointSettings, ObservedObjects } from './objects.ts';

export interface FoundUrls {
  /** For every path. */
  readonly everywhere: readonly FoundUrl[];
  /** For one path, by that path. */
  readonly byPath: ReadonlyMap<string, readonly FoundUrl[]>;
  /** Of Services made for a Receiver, by its `namespace/name`. */
  readonly byReceiver: ReadonlyMap<string, readonly FoundUrl[]>;
  /** To be evaluated for each path. */
  readonly byRules: readonly PathRules[];
  readonly services: ReadonlyMap<string, CountedService>;
}

/** Why a request of `spec.exposure` is unfulfilled. */
export interface Unfulfilled {
  readonly reason: string;
  /** For people, with what to change. */
  readonly message: string;
}

/** What a Receiver's status says of its exposure. */
export interface Exposed {
  readonly urls: readonly StatusUrl[];
  /** Undefined: every request is fulfilled, or there is none. */
  readonly unfulfilled: Unfulfilled | undefined;
}

/** The most URLs in a status; the best ones are kept. */
const MOST_URLS = 64;

export function findUrls(observedObjects: ObservedObjects, settings: EndpointSettings): FoundUrls {
  const { services, ingresses, httpRoutes, gateways, nodes, deployment } = observedObjects;
  const counted = countedServices(byName(services), deployment, settings);
  const gatewayByKey = new Map(gateways.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
  const address = nodeAddress(nodes);
  const byReceiver = new Map<string, FoundUrl[]>();
  const everywhere: FoundUrl[] = [];
  const { externalUrl } = settings;
  if (externalUrl !== undefined) everywhere.push({ type: 'External', origin: externalUrl.replace(/\/+$/, '') });
  for (const each of counted.values()) {
    const owners = ownersOf(each);
    const found = serviceUrls(each, address);
    if (owners.length === 0) everywhere.push(...found);
    for (const owner of owners) {
      const owned = found.map((url) => ({ ...url, owner }));
      byReceiver.set(owner, [...(byReceiver.get(owner) ?? []), ...owned]);
    }
  }
  const rules = [
    ...byName(ingresses).flatMap((ingress) => ingressUrls(ingress, counted)),
    ...byName(httpRoutes).flatMap((route) => httpRouteUrls(route, gatewayByKey, counted)),
  ];
  return { everywhere, byReceiver, services: counted, ...indexed(rules) };
}

/** The same result for the same objects, in any order. */
function byName<T extends { readonly metadata: ObjectMeta }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The Receivers of a Service; several when it is shared. */
function ownersOf({ service }: CountedService): readonly string[] {
  const { namespace, ownerReferences = [] } = service.metadata;
  const named = ownerOf(service.metadata);
  if (named === undefined) return [];
  const owners = ownerReferences.filter(({ kind }) => kind === 'Receiver').map(({ name }) => `${namespace}/${name}`);
  return owners.length === 0 ? [named] : owners;
}

/** Where Receivers have objects of their own, most rules have exact paths alone: those are found by path. */
function indexed(all: readonly PathRules[]): Pick<FoundUrls, 'byPath' | 'byRules'> {
  const byPath = new Map<string, FoundUrl[]>();
  const byRules: PathRules[] = [];
  for (const rules of all) {
    if (rules.otherwise || rules.paths.some(({ kind }) => kind !== 'exact')) {
      byRules.push(rules);
      continue;
    }
    for (const { value, here } of rules.paths) {
      if (here) byPath.set(value, [...(byPath.get(value) ?? []), ...rules.urls]);
    }
  }
  return { byPath, byRules };
}

/** The URLs of one Receiver: the best type first, https before http, its own before found ones, then by name. */
export function urlsAt(found: FoundUrls, receiver: { readonly key: string; readonly path: string }): StatusUrl[] {
  const { key, path } = receiver;
  const open = [
    ...found.everywhere,
    ...(found.byReceiver.get(key) ?? []),
    ...(found.byPath.get(path) ?? []),
    ...found.byRules.filter((rules) => leadsHere(rules, path)).flatMap((rules) => rules.urls),
  ];
  const rank = ({ type, origin, owner }: FoundUrl): readonly (number | string)[] => [
    urlTypes.indexOf(type),
    origin.startsWith('https:') ? 0 : 1,
    owner === key ? 0 : 1,
    origin,
  ];
  const sorted = open.map((url) => ({ url, rank: rank(url) })).toSorted((a, b) => compare(a.rank, b.rank));
  const byUrl = new Map<string, StatusUrl>();
  for (const { url: each } of sorted) {
    const url = `${each.origin}${path}`;
    if (!byUrl.has(url)) byUrl.set(url, { type: each.type, url });
  }
  return [...byUrl.values()].slice(0, MOST_URLS);
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? one;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** The first that is reachable from outside the cluster. */
export function outsideUrl(urls: readonly StatusUrl[]): string | undefined {
  return urls.find(({ type }) => type !== 'Internal')?.url;
}
