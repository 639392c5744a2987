/** The watches of every kind that may lead to the operator. */
import type { ObjectMeta } from '../api/meta.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube/kube-client.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import { ownerOf } from './found/found-url.ts';
import type { Gateway, HttpRoute } from './gateway-objects.ts';
import {
  kinds,
  projectDeployment,
  projectGateway,
  projectHttpRoute,
  projectIngress,
  projectNode,
  projectSecret,
  projectService,
} from './kinds.ts';
import type { Deployment, Ingress, Node, Service } from './objects.ts';
import { createWatchedKind, type WatchedKind } from './watched-kind.ts';

/** The kinds that the operator creates for Receivers. */
export interface OwnKinds {
  readonly Service: WatchedKind<Service>;
  readonly Ingress: WatchedKind<Ingress>;
  readonly HTTPRoute: WatchedKind<HttpRoute>;
}

export interface Watches {
  /** Starts those that every installation needs; the others are started one by one. */
  start(): void;
  readonly own: OwnKinds;
  readonly deployments: WatchedKind<Deployment>;
  readonly gateways: WatchedKind<Gateway>;
  readonly nodes: WatchedKind<Node>;
  /** Beside the operator, all but Helm's; their names alone. */
  readonly secrets: WatchedKind<{ readonly metadata: ObjectMeta }>;
  readonly all: readonly Pick<WatchedKind<unknown>, 'isSettled' | 'stop'>[];
}

export interface WatchSettings {
  readonly client: KubeClient;
  /** Name of the operator's own Deployment. */
  readonly deployment: string;
  /** Where Gateways are watched; undefined: all namespaces. */
  readonly gatewayNamespace: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** An object of these kinds was added, changed or deleted; undefined: all may have been. */
  onObject(object: Service | Ingress | HttpRoute | undefined, previous?: Service | Ingress | HttpRoute): void;
}

export interface WatchesOptions extends WatchSettings {
  /** The operator's. */
  readonly namespace: string;
  /** An object was added, changed or deleted. */
  onChange(): void;
}

/** Helm keeps each release in a Secret: many, and never a certificate. */
const NO_HELM_RELEASES = 'type!=helm.sh/release.v1';

export function createWatches(options: WatchesOptions): Watches {
  const { client, clock, log, namespace, deployment, gatewayNamespace, onChange, onObject } = options;
  const common = { client, clock, log, onChange: () => onChange() };
  const own: OwnKinds = {
    Service: ownKind(options, kinds.Service, projectService),
    Ingress: ownKind(options, kinds.Ingress, projectIngress),
    HTTPRoute: ownKind(options, kinds.HTTPRoute, projectHttpRoute),
  };
  const deployments = createWatchedKind({
    ...common,
    type: kinds.Deployment,
    namespace,
    fieldSelector: `metadata.name=${deployment}`,
    project: projectDeployment,
    onChange() {
      onObject(undefined);
      onChange();
    },
  });
  const inNamespace = gatewayNamespace === undefined ? {} : { namespace: gatewayNamespace };
  const gateways = createWatchedKind({ ...common, ...inNamespace, type: kinds.Gateway, project: projectGateway });
  const nodes = createWatchedKind({ ...common, type: kinds.Node, project: projectNode });
  const names = { metadataOnly: true, fieldSelector: NO_HELM_RELEASES };
  const secrets = createWatchedKind({ ...common, ...names, namespace, type: kinds.Secret, project: projectSecret });
  const always = [own.Service, own.Ingress, own.HTTPRoute, deployments];
  return {
    start() {
      for (const kind of always) kind.start();
    },
    ...{ own, deployments, gateways, nodes, secrets },
    all: [...always, gateways, nodes, secrets],
  };
}

function ownKind<T extends Service | Ingress | HttpRoute>(
  { client, clock, log, namespace, onChange, onObject }: WatchesOptions,
  type: ResourceType,
  project: (object: KubeObject) => T,
): WatchedKind<T> {
  return createWatchedKind<T>({
    ...{ client, clock, log, type, namespace, project },
    indexOf: ({ metadata }) => ownerOf(metadata),
    onChange(object, previous) {
      onObject(object, previous);
      onChange();
    },
  });
}
