/** The kinds that expose Receivers, and what is kept of their objects: all of the operator's own, of others the fields that are read. */
import { defined } from '../api/defined.ts';
import { RECEIVER_ANNOTATION } from '../api/exposure.ts';
import type { ObjectMeta } from '../api/meta.ts';
import type { KubeObject, ResourceType } from '../kube/kube-client.ts';
import { withoutManagedFields } from '../kube/watch/without-managed-fields.ts';
import { readAnnotations } from './found/ingress-annotations.ts';
import type { Gateway, HttpRoute } from './gateway-objects.ts';
import type { Deployment, Ingress, Node, Service } from './objects.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';

export const kinds = {
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true },
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', namespaced: true },
  HTTPRoute: { apiVersion: GATEWAY_API, plural: 'httproutes', namespaced: true },
  Gateway: { apiVersion: GATEWAY_API, plural: 'gateways', namespaced: true },
  Node: { apiVersion: 'v1', plural: 'nodes', namespaced: false },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true },
  Secret: { apiVersion: 'v1', plural: 'secrets', namespaced: true },
} as const satisfies Record<string, ResourceType>;

/** Whether the operator made it for a Receiver. */
export function isOurs({ metadata }: { readonly metadata: ObjectMeta }): boolean {
  return metadata.annotations?.[RECEIVER_ANNOTATION] !== undefined;
}

function identityOf({ name, namespace, uid, resourceVersion }: ObjectMeta): ObjectMeta {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function withoutBulk<T>(object: KubeObject): T {
  return { ...object, metadata: withoutManagedFields(object.metadata) } as T;
}

/** Objects from the API server have the shape that their kind says. */
function read<T>(object: KubeObject): T {
  return object as unknown as T;
}

export function projectService(object: KubeObject): Service {
  if (isOurs(object)) return withoutBulk(object);
  const { spec = {}, status = {} } = read<Service>(object);
  const { type, clusterIP, selector, ports } = spec;
  return {
    metadata: identityOf(object.metadata),
    spec: { ...defined({ type, clusterIP, selector, ports }) },
    status: { ...defined({ loadBalancer: status.loadBalancer }) },
  };
}

export function projectIngress(object: KubeObject): Ingress {
  if (isOurs(object)) return withoutBulk(object);
  const { spec = {}, status = {} } = read<Ingress>(object);
  const annotations = readAnnotations(object.metadata.annotations);
  return { metadata: { ...identityOf(object.metadata), annotations }, spec, status };
}

export function projectHttpRoute(object: KubeObject): HttpRoute {
  if (isOurs(object)) return withoutBulk(object);
  const { spec = {}, status = {} } = read<HttpRoute>(object);
  return { metadata: identityOf(object.metadata), spec, status };
}

export function projectGateway(object: KubeObject): Gateway {
  const { spec, status } = read<Gateway>(object);
  const listeners = (spec?.listeners ?? []).map(({ name, hostname, port, protocol, allowedRoutes }) => ({
    name,
    port,
    protocol,
    ...defined({ hostname, allowedRoutes }),
  }));
  return {
    metadata: identityOf(object.metadata),
    spec: { listeners },
    status: { addresses: status?.addresses ?? [] },
  };
}

/** Its name alone: the data is never asked for. */
export function projectSecret({ metadata }: KubeObject): { readonly metadata: ObjectMeta } {
  return { metadata: identityOf(metadata) };
}

export function projectNode(object: KubeObject): Node {
  const { status } = read<Node>(object);
  const addresses = (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP'));
  return { metadata: identityOf(object.metadata), status: { addresses } };
}

export function projectDeployment(object: KubeObject): Deployment {
  const { spec } = read<Deployment>(object);
  const containers = (spec?.template?.spec?.containers ?? []).map(({ ports = [] }) => ({ ports }));
  const { selector, template } = spec ?? {};
  return {
    metadata: identityOf(object.metadata),
    spec: {
      ...defined({ selector }),
      template: { metadata: { ...defined({ labels: template?.metadata?.labels }) }, spec: { containers } },
    },
  };
}
