/** Plans the objects that a Receiver's request needs. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ServiceExposure } from '../api/exposure.ts';
import { byAge, type Entry } from './entry.ts';
import { type ExposureObject, exposureName } from './made/exposure-object.ts';
import { httpRouteObject } from './made/http-route.ts';
import { type Backend, ingressObject } from './made/ingress.ts';
import { serviceObject } from './made/service.ts';
import type { Deployment } from './objects.ts';
import type { EndpointSettings } from './observed-objects.ts';
import type { FoundUrls, Unfulfilled } from './urls.ts';

export interface Plan {
  readonly objects: readonly ExposureObject[];
  /** Objects that stay as they are, if they exist: `<kind>/<name>`. */
  readonly held: readonly string[];
  /** Why an object is missing from the plan; undefined: none is. */
  readonly problem: Unfulfilled | undefined;
}

export interface PlanContext {
  readonly settings: EndpointSettings;
  readonly deployment: Deployment | undefined;
  /** The Service that all Receivers share. */
  readonly receiverService: string;
  readonly found: FoundUrls;
  readonly nowMs: number;
  /** All Receivers that request a Service of that name, the entry itself among them. */
  sharers(serviceName: string): readonly Entry[];
}

const NOTHING: Plan = { objects: [], held: [], problem: undefined };

export function planOf(entry: Entry | undefined, context: PlanContext): Plan {
  if (entry?.path === undefined) return NOTHING;
  const { service, ingress, httpRoute } = entry.granted;
  const parts: Plan[] = [];
  if (service !== undefined) parts.push(servicePlan(entry, service, context));
  if (ingress !== undefined || httpRoute !== undefined) parts.push(routedPlan(entry, context));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    held: parts.flatMap(({ held }) => held),
    problem: parts.find(({ problem }) => problem !== undefined)?.problem,
  };
}

/** The oldest of the Receivers that share a Service decides its spec. */
function servicePlan(entry: Entry, requested: ServiceExposure, context: PlanContext): Plan {
  const { settings, deployment } = context;
  const { namespace } = settings;
  const name = requested.name ?? exposureName(entry.owner);
  const sharers = requested.name === undefined ? [entry] : context.sharers(name).toSorted(byAge);
  const [first = entry] = sharers;
  const decided = first.granted.service ?? requested;
  if (!isDeepStrictEqual(decided, requested)) {
    const message = `Service ${namespace}/${name} is as Receiver ${first.key} wants it, which is older: request the same spec.exposure.service, or another name`;
    return { objects: [], held: [], problem: { reason: 'Conflict', message } };
  }
  const owners = sharers.filter(
    ({ owner, granted }) => owner.namespace === namespace && isDeepStrictEqual(granted.service, decided),
  );
  const identity = { name, namespace, owner: first.owner, owners: owners.map(({ owner }) => owner) };
  return { objects: [serviceObject(decided, identity, deployment, settings)], held: [], problem: undefined };
}

function routedPlan(entry: Entry, context: PlanContext): Plan {
  const { owner, granted } = entry;
  const { namespace } = context.settings;
  const backend = backendOf(context);
  if (backend === undefined) {
    const message = `no Service ${namespace}/${context.receiverService} leads to the operator: create it, or set --receiver-service`;
    // A Service that is replaced is away for a moment; a deleted Ingress may lose its address for ever.
    const name = exposureName(owner);
    const held = [
      ...(granted.ingress === undefined ? [] : [`Ingress/${name}`]),
      ...(granted.httpRoute === undefined ? [] : [`HTTPRoute/${name}`]),
    ];
    return { objects: [], held, problem: { reason: 'BackendMissing', message } };
  }
  const identity = {
    name: exposureName(owner),
    namespace,
    owner,
    owners: owner.namespace === namespace ? [owner] : [],
  };
  const paths = pathsOf(entry, context.nowMs);
  const { ingress, httpRoute } = granted;
  return {
    objects: [
      ...(ingress === undefined ? [] : [ingressObject(ingress, identity, paths, backend)]),
      ...(httpRoute === undefined ? [] : [httpRouteObject(httpRoute, identity, paths, backend)]),
    ],
    held: [],
    problem: undefined,
  };
}

/** The new path comes before the old one goes. */
function pathsOf({ path, previousPath, before }: Entry, nowMs: number): readonly string[] {
  const former = before === undefined || before.untilMs <= nowMs ? undefined : before.path;
  return [...new Set([path, previousPath, former])].filter((each) => each !== undefined);
}

/** The port for plain HTTP where there is one: the Ingress controller or Gateway terminates TLS. */
function backendOf({ found, receiverService }: PlanContext): Backend | undefined {
  const ports = found.services.get(receiverService)?.ports ?? [];
  const port = ports.find(({ scheme }) => scheme === 'http') ?? ports[0];
  return port && { name: receiverService, port: port.port };
}
