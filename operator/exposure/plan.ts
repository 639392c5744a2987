/** From what a Receiver wants to the objects that there should be. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ServiceExposure } from '../api/exposure.ts';
import { byAge, type Entry } from './entry.ts';
import { type DoorObject, doorName } from './made/exposure-object.ts';
import { httpRouteObject } from './made/http-route.ts';
import { type Backend, ingressObject } from './made/ingress.ts';
import { serviceObject } from './made/service.ts';
import type { Deployment, DoorSettings } from './objects.ts';
import type { Doors, Unmet } from './urls.ts';

export interface Plan {
  readonly objects: readonly DoorObject[];
  /** What stands in the way of the rest. */
  readonly problem: Unmet | undefined;
}

export interface PlanContext {
  readonly settings: DoorSettings;
  readonly deployment: Deployment | undefined;
  /** The Service that all Receivers share. */
  readonly receiverService: string;
  readonly doors: Doors;
  readonly nowMs: number;
  /** All that want a Service of that name, the entry itself among them. */
  sharers(serviceName: string): readonly Entry[];
}

const NOTHING: Plan = { objects: [], problem: undefined };

export function planOf(entry: Entry | undefined, context: PlanContext): Plan {
  if (entry?.path === undefined) return NOTHING;
  const { service, ingress, httpRoute } = entry.granted;
  const parts: Plan[] = [];
  if (service !== undefined) parts.push(servicePlan(entry, service, context));
  if (ingress !== undefined || httpRoute !== undefined) parts.push(routedPlan(entry, context));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    problem: parts.find(({ problem }) => problem !== undefined)?.problem,
  };
}

/** Of those that share a Service the oldest says how it is. */
function servicePlan(entry: Entry, wish: ServiceExposure, context: PlanContext): Plan {
  const { settings, deployment } = context;
  const { namespace } = settings;
  const name = wish.name ?? doorName(entry.owner);
  const sharers = wish.name === undefined ? [entry] : context.sharers(name).toSorted(byAge);
  const [first = entry] = sharers;
  const decided = first.granted.service ?? wish;
  if (!isDeepStrictEqual(decided, wish)) {
    const message = `Service ${namespace}/${name} is as Receiver ${first.key} wants it, which is older: ask for the same, or for another name`;
    return { objects: [], problem: { reason: 'Conflict', message } };
  }
  const owners = sharers.filter(
    ({ owner, granted }) => owner.namespace === namespace && isDeepStrictEqual(granted.service, decided),
  );
  const identity = { name, namespace, owner: first.owner, owners: owners.map(({ owner }) => owner) };
  return { objects: [serviceObject(decided, identity, deployment, settings)], problem: undefined };
}

function routedPlan({ owner, granted, path = '', before }: Entry, context: PlanContext): Plan {
  const { namespace } = context.settings;
  const backend = backendOf(context);
  if (backend === undefined) {
    const message = `there is no Service ${namespace}/${context.receiverService} that leads to the operator; see --receiver-service`;
    return { objects: [], problem: { reason: 'BackendMissing', message } };
  }
  const identity = {
    name: doorName(owner),
    namespace,
    owner,
    owners: owner.namespace === namespace ? [owner] : [],
  };
  // The new path is there before the old one goes.
  const paths = before === undefined || before.untilMs <= context.nowMs ? [path] : [path, before.path];
  const { ingress, httpRoute } = granted;
  return {
    objects: [
      ...(ingress === undefined ? [] : [ingressObject(ingress, identity, paths, backend)]),
      ...(httpRoute === undefined ? [] : [httpRouteObject(httpRoute, identity, paths, backend)]),
    ],
    problem: undefined,
  };
}

/** Plain HTTP where there is a port of it: in front of it stands what ends TLS. */
function backendOf({ doors, receiverService }: PlanContext): Backend | undefined {
  const ports = doors.services.get(receiverService)?.ports ?? [];
  const port = ports.find(({ scheme }) => scheme === 'http') ?? ports[0];
  return port && { name: receiverService, port: port.port };
}
