/** Which of a Receiver's own doors exist and cannot be reached yet, and why. Pure. */
import type { UrlType } from '../api/exposure.ts';
import type { Entry } from './entry.ts';
import { doorName } from './made/exposure-object.ts';
import type { HttpRoute } from './objects.ts';
import type { Doors, Unmet } from './urls.ts';

/** @param routeOf the HTTPRoute of that name, as it is now. */
export function pendingAddress(
  entry: Entry,
  doors: Doors,
  routeOf: (name: string) => HttpRoute | undefined,
): Unmet | undefined {
  const { key, owner, granted, path } = entry;
  if (path === undefined) return undefined;
  const own = [...(doors.byReceiver.get(key) ?? []), ...(doors.byPath.get(path) ?? [])];
  const isThere = (type: UrlType) => own.some((door) => door.type === type && door.owner === key);
  const name = doorName(owner);
  const { service, ingress, httpRoute } = granted;
  const type = service?.type ?? 'LoadBalancer';
  const serviceDoor = type === 'ClusterIP' ? 'Internal' : type;
  if (service !== undefined && !isThere(serviceDoor)) return pending(serviceText(service.name ?? name, type));
  if (ingress !== undefined && !isThere('Ingress')) return pending(`Ingress ${name} has no address yet`);
  if (httpRoute !== undefined && !isThere('HTTPRoute')) return pending(routeText(name, routeOf(name)));
  return undefined;
}

function pending(message: string): Unmet {
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
