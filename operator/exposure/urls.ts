/**
 * Finds the URLs of Receivers in the objects that lead to the operator. Pure, in two steps: `findUrls` evaluates the objects
 * once for all Receivers, `exposedAt` gives the URLs of one by its path.
 */
import { type StatusUrl, urlTypes } from '../api/exposure.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { type CountedService, countedServices } from './found/counted-services.ts';
import { type FoundUrl, ownerOf, type Unfulfilled } from './found/found-url.ts';
import { httpRouteUrls } from './found/http-route-urls.ts';
import { ingressUrls } from './found/ingress-urls.ts';
import { type PathRules, urlsFor } from './found/path-rules.ts';
import { nodeAddress, serviceUrls } from './found/service-urls.ts';
import type { EndpointSettings, ObservedObjects } from './observed-objects.ts';

export type { Unfulfilled };

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

/** A Receiver, as far as its URLs are concerned. */
export interface ExposedReceiver {
  /** `namespace/name` */
  readonly key: string;
  readonly path: string;
}

/** What a Receiver's status says of its exposure. */
export interface Exposed {
  /** The best one for a sender first; those that do not work yet after those that do. */
  readonly urls: readonly StatusUrl[];
  /** Why a request of `spec.exposure` is unfulfilled, or why no URL works; undefined: nothing is wrong. */
  readonly unfulfilled: Unfulfilled | undefined;
}

/** The most URLs in a status; the best ones are kept. */
const MOST_URLS = 64;

export function findUrls(objects: ObservedObjects, settings: EndpointSettings): FoundUrls {
  const { services, ingresses, httpRoutes, gateways, nodes, secrets, deployment } = objects;
  const counted = countedServices(byName(services), deployment, settings);
  const gatewayByKey = new Map(gateways.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
  const rules = [
    ...byName(ingresses).flatMap((ingress) => ingressUrls(ingress, counted, secrets)),
    ...byName(httpRoutes).flatMap((route) => httpRouteUrls(route, gatewayByKey, counted)),
  ];
  return { ...urlsOfServices(counted, nodeAddress(nodes), settings), services: counted, ...indexed(rules) };
}

function urlsOfServices(
  counted: ReadonlyMap<string, CountedService>,
  address: string | undefined,
  { externalUrl }: EndpointSettings,
): Pick<FoundUrls, 'everywhere' | 'byReceiver'> {
  const byReceiver = new Map<string, FoundUrl[]>();
  const everywhere: FoundUrl[] = [];
  if (externalUrl !== undefined) everywhere.push({ type: 'External', origin: externalUrl.replace(/\/+$/, '') });
  for (const each of counted.values()) {
    const owners = ownersOf(each);
    const urls = serviceUrls(each, address);
    if (owners.length === 0) everywhere.push(...urls);
    for (const owner of owners) {
      const owned = urls.map((url) => ({ ...url, owner }));
      byReceiver.set(owner, [...(byReceiver.get(owner) ?? []), ...owned]);
    }
  }
  return { everywhere, byReceiver };
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
    if (rules.paths.some(({ kind }) => kind !== 'exact')) {
      byRules.push(rules);
      continue;
    }
    for (const { value } of rules.paths) {
      const urls = urlsFor(rules, value);
      if (urls.length > 0) byPath.set(value, [...(byPath.get(value) ?? []), ...urls]);
    }
  }
  return { byPath, byRules };
}

/** All that leads to a Receiver or would, working or not. */
export function urlsTo(found: FoundUrls, { key, path }: ExposedReceiver): readonly FoundUrl[] {
  return [
    ...found.everywhere,
    ...(found.byReceiver.get(key) ?? []),
    ...(found.byPath.get(path) ?? []),
    ...found.byRules.flatMap((rules) => urlsFor(rules, path)),
  ];
}

/** The URLs of one Receiver: working ones first, then by type, https before http, its own before others', by name. */
export function exposedAt(found: FoundUrls, receiver: ExposedReceiver): Exposed {
  const { key, path } = receiver;
  const rank = ({ type, origin = '', owner, fault }: FoundUrl): readonly (number | string)[] => [
    fault === undefined ? 0 : 1,
    urlTypes.indexOf(type),
    origin.startsWith('https:') ? 0 : 1,
    owner === key ? 0 : 1,
    origin,
  ];
  const ranked = urlsTo(found, receiver).map((url) => ({ url, rank: rank(url) }));
  const sorted = ranked.toSorted((a, b) => compare(a.rank, b.rank)).map(({ url }) => url);
  const byUrl = new Map<string, StatusUrl>();
  for (const { type, origin } of sorted) {
    const url = `${origin}${path}`;
    if (origin !== undefined && !byUrl.has(url)) byUrl.set(url, { type, url });
  }
  const works = sorted.some(({ type, fault }) => type !== 'Internal' && fault === undefined);
  const fault = sorted.find((url) => url.fault !== undefined)?.fault;
  return { urls: [...byUrl.values()].slice(0, MOST_URLS), unfulfilled: works ? undefined : fault };
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
