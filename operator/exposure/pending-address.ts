/** Tells which objects of a Receiver exist and have no URL yet, and why. Pure. */
import type { UrlType } from '../api/exposure.ts';
import type { Entry } from './entry.ts';
import { exposureName } from './made/exposure-object.ts';
import type { HttpRoute } from './objects.ts';
import type { FoundUrls, Unfulfilled } from './urls.ts';

/** @param routeOf the HTTPRoute of that name, as it is now. */
export function pendingAddress(
  entry: Entry,
  found: FoundUrls,
  routeOf: (name: string) => HttpRoute | undefined,
): Unfulfilled | undefined {
  const { key, owner, granted, path } = entry;
  if (path === undefined) return undefined;
  const own = [...(found.byReceiver.get(key) ?? []), ...(found.byPath.get(path) ?? [])];
  const isThere = (type: UrlType) => own.some((url) => url.type === type && url.owner === key);
  const name = exposureName(owner);
  const { service, ingress, httpRoute } = granted;
  const type = service?.type ?? 'LoadBalancer';
  const serviceUrlType = type === 'ClusterIP' ? 'Internal' : type;
  if (service !== undefined && !isThere(serviceUrlType)) return pending(serviceText(service.name ?? name, type));
  if (ingress !== undefined && !isThere('Ingress')) return pending(`Ingress ${name} has no address yet`);
  if (httpRoute !== undefined && !isThere('HTTPRoute')) return pending(routeText(name, routeOf(name)));
  return undefined;
}

function pending(message: string): Unfulfilled {
  return { reason: 'PendingAddress', message };
}

function serviceText(name: string, type: string): string {
  if (type !== 'NodePort') return `Service ${name} has no address yet`;
  return `Service ${name} has a port on every node, and the operator knows no node's address: it may need the right to read nodes`;
}

function routeText(name: string, route: HttpRoute | undefined): string {
  if ((route?.spec?.parentRefs ?? []).length === 0) return `HTTPRoute ${name} has no parentRefs`;
  const conditions = (route?.status?.parents ?? []).flatMap((parent) => parent.conditions ?? []);
  const refusal = conditions.find(({ type, status }) => type === 'Accepted' && status === 'False');
  if (refusal !== undefined) return `HTTPRoute ${name} is not accepted: ${refusal.message || refusal.reason}`;
  return `HTTPRoute ${name} is not accepted by a Gateway with a listener for it yet`;
}
