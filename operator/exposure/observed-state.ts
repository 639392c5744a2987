/** Watches the objects that may lead to the operator, and keeps the URLs found in them. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import type { Logger } from '../observe/log.ts';
import { ownerOf } from './found/found-url.ts';
import {
  kinds,
  projectDeployment,
  projectGateway,
  projectHttpRoute,
  projectIngress,
  projectNode,
  projectService,
} from './kinds.ts';
import type { Deployment, EndpointSettings, HttpRoute, Ingress, ObservedObjects, Service } from './objects.ts';
import { type FoundUrls, findUrls } from './urls.ts';
import { createWatchedKind, type WatchedKind } from './watched-kind.ts';

/** The kinds that the operator creates for Receivers. */
export interface OwnKinds {
  readonly Service: WatchedKind<Service>;
  readonly Ingress: WatchedKind<Ingress>;
  readonly HTTPRoute: WatchedKind<HttpRoute>;
}

/** Whose URLs differ after a change. */
export type Concerned = 'everybody' | { readonly paths: ReadonlySet<string>; readonly receivers: ReadonlySet<string> };

export interface ObservedState {
  start(): void;
  stop(): Promise<void>;
  /** Undefined until every kind was listed once. */
  readonly found: FoundUrls | undefined;
  /** The operator's own. */
  readonly deployment: Deployment | undefined;
  readonly kinds: OwnKinds;
  /** Resolves when `found` is there. */
  whenKnown(): Promise<void>;
}

export interface ObservedStateOptions {
  readonly client: KubeClient;
  readonly settings: EndpointSettings;
  /** Name of the operator's own Deployment. */
  readonly deployment: string;
  /** Where Gateways are watched; undefined: all namespaces. */
  readonly gatewayNamespace: string | undefined;
  readonly log: Logger;
  onChange(concerned: Concerned): void;
  /** An object of these kinds was added, changed or deleted; undefined: all may have been. */
  onObject(object: Service | Ingress | HttpRoute | undefined, previous?: Service | Ingress | HttpRoute): void;
}

/** Changes within this time are evaluated together. */
const SETTLE_MS = 200;
/** The largest share of the time that evaluating many objects may take. */
const MOST_OF_THE_TIME = 0.1;

export function createObservedState(options: ObservedStateOptions): ObservedState {
  const { client, settings, deployment, log, onChange, onObject } = options;
  const { namespace } = settings;
  const known = Promise.withResolvers<void>();
  let found: FoundUrls | undefined;
  let timer: NodeJS.Timeout | undefined;
  let settleMs = 0;

  const common = { client, log, onChange: () => changed() };
  const ownKind = <T extends Service | Ingress | HttpRoute>(type: ResourceType, project: (object: KubeObject) => T) =>
    createWatchedKind<T>({
      ...common,
      type,
      namespace,
      project,
      indexOf: ({ metadata }) => ownerOf(metadata),
      onChange(object, previous) {
        onObject(object, previous);
        changed();
      },
    });
  const own: OwnKinds = {
    Service: ownKind(kinds.Service, projectService),
    Ingress: ownKind(kinds.Ingress, projectIngress),
    HTTPRoute: ownKind(kinds.HTTPRoute, projectHttpRoute),
  };
  const fieldSelector = `metadata.name=${deployment}`;
  const deployments = createWatchedKind({
    ...common,
    type: kinds.Deployment,
    namespace,
    fieldSelector,
    project: projectDeployment,
    onChange() {
      onObject(undefined);
      changed();
    },
  });
  const gateways = createWatchedKind({
    ...common,
    type: kinds.Gateway,
    ...(options.gatewayNamespace === undefined ? {} : { namespace: options.gatewayNamespace }),
    project: projectGateway,
  });
  const nodes = createWatchedKind({ ...common, type: kinds.Node, project: projectNode });
  const all = [own.Service, own.Ingress, own.HTTPRoute, deployments, gateways, nodes];

  function observedObjects(): ObservedObjects {
    return {
      services: own.Service.values(),
      ingresses: own.Ingress.values(),
      httpRoutes: own.HTTPRoute.values(),
      gateways: gateways.values(),
      nodes: nodes.values(),
      deployment: deployments.values()[0],
    };
  }

  function changed(): void {
    timer ??= setTimeout(evaluate, settleMs);
  }

  function evaluate(): void {
    timer = undefined;
    const now = observedObjects();
    // Watched from the first on that needs it: a cluster may have many nodes.
    if (now.httpRoutes.length > 0) gateways.start();
    if (now.services.some(({ spec }) => spec?.type === 'NodePort')) nodes.start();
    if (!all.every(({ isSettled }) => isSettled)) return;
    const before = found;
    const begunMs = performance.now();
    found = findUrls(now, settings);
    const concerned = before === undefined ? 'everybody' : difference(before, found);
    settleMs = Math.max(SETTLE_MS, (performance.now() - begunMs) / MOST_OF_THE_TIME);
    if (before === undefined) known.resolve();
    if (concerned === 'everybody' || concerned.paths.size + concerned.receivers.size > 0) onChange(concerned);
  }

  return {
    start() {
      for (const kind of [own.Service, own.Ingress, own.HTTPRoute, deployments]) kind.start();
    },
    async stop() {
      clearTimeout(timer);
      await Promise.all(all.map((kind) => kind.stop()));
    },
    get found() {
      return found;
    },
    get deployment() {
      return deployments.values()[0];
    },
    kinds: own,
    whenKnown: () => known.promise,
  };
}

function difference(before: FoundUrls, after: FoundUrls): Concerned {
  const same = (name: 'everywhere' | 'byRules') => isDeepStrictEqual(before[name], after[name]);
  if (!same('everywhere') || !same('byRules')) return 'everybody';
  return {
    paths: differing(before.byPath, after.byPath),
    receivers: differing(before.byReceiver, after.byReceiver),
  };
}

function differing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [key, value] of after) if (!isDeepStrictEqual(before.get(key), value)) keys.add(key);
  for (const key of before.keys()) if (!after.has(key)) keys.add(key);
  return keys;
}
