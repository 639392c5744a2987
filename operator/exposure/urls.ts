/**
 * From what leads to the operator to the URLs of a Receiver. Pure, in two steps: the doors are worked out once for all
 * Receivers, and the URLs of one from its path.
 */
import { type StatusUrl, urlTypes } from '../api/exposure.ts';
import type { ObjectMeta } from '../api/receiver.ts';
import { type CountedService, countedServices } from './found/counted-services.ts';
import { type Door, ownerOf } from './found/found-url.ts';
import { httpRouteDoors } from './found/http-route-urls.ts';
import { ingressDoors } from './found/ingress-urls.ts';
import { leadsHere, type PathRules } from './found/path-rules.ts';
import { nodeAddress, serviceDoors } from './found/service-urls.ts';
import type { DoorSettings, Landscape } from './objects.ts';

export interface Doors {
  /** Open to every path. */
  readonly everywhere: readonly Door[];
  /** Open to exactly one path, by that path. */
  readonly byPath: ReadonlyMap<string, readonly Door[]>;
  /** Services that were made for one Receiver, by its `namespace/name`. */
  readonly byReceiver: ReadonlyMap<string, readonly Door[]>;
  /** To be asked for each path. */
  readonly byRules: readonly PathRules[];
  readonly services: ReadonlyMap<string, CountedService>;
}

/** A wish of `spec.exposure` that is not fulfilled. */
export interface Unmet {
  readonly reason: string;
  /** For people, with what to change. */
  readonly message: string;
}

/** What a Receiver's status says of the ways in. */
export interface Exposed {
  readonly urls: readonly StatusUrl[];
  /** Undefined: every wish is fulfilled, or there was none. */
  readonly unmet: Unmet | undefined;
}

/** More than any status should hold; the best ones are kept. */
const MOST_URLS = 64;

export function doorsOf(landscape: Landscape, settings: DoorSettings): Doors {
  const { services, ingresses, httpRoutes, gateways, nodes, deployment } = landscape;
  const counted = countedServices(byName(services), deployment, settings);
  const gatewayByKey = new Map(gateways.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
  const address = nodeAddress(nodes);
  const byReceiver = new Map<string, Door[]>();
  const everywhere: Door[] = [];
  const { externalUrl } = settings;
  if (externalUrl !== undefined) everywhere.push({ type: 'External', origin: externalUrl.replace(/\/+$/, '') });
  for (const each of counted.values()) {
    const owners = ownersOf(each);
    const doors = serviceDoors(each, address);
    if (owners.length === 0) everywhere.push(...doors);
    for (const owner of owners) {
      const owned = doors.map((door) => ({ ...door, owner }));
      byReceiver.set(owner, [...(byReceiver.get(owner) ?? []), ...owned]);
    }
  }
  const rules = [
    ...byName(ingresses).flatMap((ingress) => ingressDoors(ingress, counted)),
    ...byName(httpRoutes).flatMap((route) => httpRouteDoors(route, gatewayByKey, counted)),
  ];
  return { everywhere, byReceiver, services: counted, ...indexed(rules) };
}

/** The same of the same objects, in whichever order they came. */
function byName<T extends { readonly metadata: ObjectMeta }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Of a Service that several Receivers share, all of them. */
function ownersOf({ service }: CountedService): readonly string[] {
  const { namespace, ownerReferences = [] } = service.metadata;
  const named = ownerOf(service.metadata);
  if (named === undefined) return [];
  const owners = ownerReferences.filter(({ kind }) => kind === 'Receiver').map(({ name }) => `${namespace}/${name}`);
  return owners.length === 0 ? [named] : owners;
}

/** Rules of exact paths alone are most of them where Receivers have doors of their own. */
function indexed(all: readonly PathRules[]): Pick<Doors, 'byPath' | 'byRules'> {
  const byPath = new Map<string, Door[]>();
  const byRules: PathRules[] = [];
  for (const rules of all) {
    if (rules.otherwise || rules.paths.some(({ kind }) => kind !== 'exact')) {
      byRules.push(rules);
      continue;
    }
    for (const { value, here } of rules.paths) {
      if (here) byPath.set(value, [...(byPath.get(value) ?? []), ...rules.doors]);
    }
  }
  return { byPath, byRules };
}

/** The URLs of one Receiver: the best type first, https before http, its own before found ones, then by name. */
export function urlsAt(doors: Doors, receiver: { readonly key: string; readonly path: string }): StatusUrl[] {
  const { key, path } = receiver;
  const open = [
    ...doors.everywhere,
    ...(doors.byReceiver.get(key) ?? []),
    ...(doors.byPath.get(path) ?? []),
    ...doors.byRules.filter((rules) => leadsHere(rules, path)).flatMap((rules) => rules.doors),
  ];
  const rank = ({ type, origin, owner }: Door): readonly (number | string)[] => [
    urlTypes.indexOf(type),
    origin.startsWith('https:') ? 0 : 1,
    owner === key ? 0 : 1,
    origin,
  ];
  const sorted = open.map((door) => ({ door, rank: rank(door) })).toSorted((a, b) => compare(a.rank, b.rank));
  const byUrl = new Map<string, StatusUrl>();
  for (const { door } of sorted) {
    const url = `${door.origin}${path}`;
    if (!byUrl.has(url)) byUrl.set(url, { type: door.type, url });
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

/** The first that is reached from outside of the cluster. */
export function outsideUrl(urls: readonly StatusUrl[]): string | undefined {
  return urls.find(({ type }) => type !== 'Internal')?.url;
}
