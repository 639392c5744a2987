// Objects as a cluster has them, to stand around the operator in tests of pure functions.
import type { Gateway, HttpRoute, HttpRouteRule, Listener } from '../../../operator/exposure/gateway-objects.ts';
import type {
  Deployment,
  Ingress,
  IngressBackend,
  IngressPath,
  LoadBalancerAddress,
  Node,
  Service,
  ServicePort,
} from '../../../operator/exposure/objects.ts';
import type { EndpointSettings, ObservedObjects } from '../../../operator/exposure/observed-objects.ts';

export const NAMESPACE = 'flux-system';
export const PATH = `/hook/${'a'.repeat(64)}`;
const OTHER_PATH = `/hook/${'b'.repeat(64)}`;
export const paths = { own: PATH, other: OTHER_PATH };

export const settings: EndpointSettings = {
  namespace: NAMESPACE,
  receiverPort: 9292,
  tlsPort: undefined,
  externalUrl: undefined,
};

export const podLabels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/component': 'operator', extra: 'x' };

export const deployment: Deployment = {
  metadata: { name: 'sluice', namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'sluice' } },
    template: {
      metadata: { labels: podLabels },
      spec: {
        containers: [
          {
            ports: [
              { name: 'http-webhook', containerPort: 9292 },
              { name: 'https-webhook', containerPort: 9443 },
              { name: 'http-prom', containerPort: 8080 },
            ],
          },
        ],
      },
    },
  },
};

export function observedObjects(parts: Partial<ObservedObjects>): ObservedObjects {
  return {
    services: [],
    ingresses: [],
    httpRoutes: [],
    gateways: [],
    nodes: [],
    secrets: undefined,
    deployment,
    ...parts,
  };
}

type ServiceParts = NonNullable<Service['spec']> & { name?: string; owner?: string };

/** The chart's Service, unless given. */
export function service(parts: ServiceParts = {}, ...addresses: LoadBalancerAddress[]): Service {
  const { name = 'webhook-receiver', owner, ...spec } = parts;
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      ...(owner === undefined ? {} : { annotations: { 'sluice/receiver': owner } }),
    },
    spec: {
      type: 'ClusterIP',
      selector: { 'app.kubernetes.io/name': 'sluice' },
      ports: [{ name: 'http', port: 80, targetPort: 9292 }],
      ...spec,
    },
    status: { loadBalancer: { ingress: addresses } },
  };
}

export function ports(...all: (Partial<ServicePort> | number)[]): ServicePort[] {
  return all.map((each) => (typeof each === 'number' ? { port: each, targetPort: 9292 } : { port: 80, ...each }));
}

export const backend = (name = 'webhook-receiver', port: number | string = 80): IngressBackend => ({
  service: { name, port: typeof port === 'number' ? { number: port } : { name: port } },
});

export function ingressPath(pathType: string, path: string | undefined, to = backend()): IngressPath {
  return { pathType, ...(path === undefined ? {} : { path }), backend: to };
}

export const ADDRESS = 'ingress.example.net';

/** At `ADDRESS`, unless others are given. */
export function ingress(spec: NonNullable<Ingress['spec']>, ...addresses: LoadBalancerAddress[]): Ingress {
  const ingress = addresses.length === 0 ? [{ hostname: ADDRESS }] : addresses;
  return { metadata: { name: 'i', namespace: NAMESPACE }, spec, status: { loadBalancer: { ingress } } };
}

/** One rule for a host that leads these paths to the chart's Service. */
export const rule = (host: string | undefined, ...all: IngressPath[]) => ({
  ...(host === undefined ? {} : { host }),
  http: { paths: all },
});

export function gateway(listeners: Partial<Listener>[], addresses: string[] = [], namespace = NAMESPACE): Gateway {
  return {
    metadata: { name: 'public', namespace },
    spec: { listeners: listeners.map((each) => ({ name: 'web', port: 80, protocol: 'HTTP', ...each })) },
    status: { addresses: addresses.map((value) => ({ value })) },
  };
}

type RouteParts = NonNullable<HttpRoute['spec']> & { accepted?: boolean };

/** A route for the own path to the chart's Service, accepted by its parents unless given. */
export function route(parts: RouteParts = {}): HttpRoute {
  const { accepted = true, ...spec } = parts;
  const parentRefs = spec.parentRefs ?? [{ name: 'public' }];
  const conditions = [{ type: 'Accepted', status: accepted ? 'True' : 'False' }];
  return {
    metadata: { name: 'r', namespace: NAMESPACE },
    spec: { parentRefs, rules: [routeRule({ path: { type: 'Exact', value: PATH } })], ...spec },
    status: { parents: parentRefs.map((parentRef) => ({ parentRef, conditions })) },
  };
}

export function routeRule(
  match: NonNullable<HttpRouteRule['matches']>[number] | undefined,
  more: HttpRouteRule = {},
): HttpRouteRule {
  return {
    ...(match === undefined ? {} : { matches: [match] }),
    backendRefs: [{ name: 'webhook-receiver', port: 80 }],
    ...more,
  };
}

export function node(name: string, ...addresses: [type: string, address: string][]): Node {
  return { metadata: { name }, status: { addresses: addresses.map(([type, address]) => ({ type, address })) } };
}
