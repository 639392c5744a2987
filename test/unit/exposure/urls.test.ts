// From what stands around the operator to the URLs of a Receiver: a table of objects as a cluster has them.
import { describe, expect, it } from 'vitest';
import type { EndpointSettings, ObservedObjects } from '../../../operator/exposure/observed-objects.ts';
import { exposedAt, type FoundUrls, findUrls, outsideUrl } from '../../../operator/exposure/urls.ts';
import {
  ADDRESS,
  backend,
  gateway,
  ingress,
  ingressPath,
  NAMESPACE,
  node,
  observedObjects,
  PATH,
  paths,
  ports,
  route,
  routeRule,
  rule,
  service,
  settings,
} from './observed-state.ts';

const urlsAt = (found: FoundUrls, receiver: { key: string; path: string }) => exposedAt(found, receiver).urls;

/** The URLs without the path, after their types. */
function urls(parts: Partial<ObservedObjects>, flags: Partial<EndpointSettings> = {}): string[] {
  const found = findUrls(observedObjects(parts), { ...settings, ...flags });
  return urlsAt(found, { key: 'apps/own', path: PATH }).map(({ type, url }) => {
    expect(url.endsWith(PATH)).toBe(true);
    return `${type} ${url.slice(0, -PATH.length)}`;
  });
}

type Row = readonly [
  name: string,
  parts: Partial<ObservedObjects>,
  expected: readonly string[],
  flags?: Partial<EndpointSettings>,
];

const INSIDE = 'Internal http://webhook-receiver.flux-system.svc.cluster.local';
const internal = (name: string, port = '') => `Internal http://${name}.flux-system.svc.cluster.local${port}`;
const IP = { ip: '203.0.113.7' };
const TLS = { tlsPort: 9443 };
const tlsPorts = ports({ port: 443, targetPort: 'https-webhook' });

const services: readonly Row[] = [
  ['nothing at all', {}, []],
  ['the chart’s Service', { services: [service()] }, [INSIDE]],
  [
    'the guide’s kubectl expose, once it has an address',
    { services: [service({ name: 'receiver', type: 'LoadBalancer', ports: ports(80) }, IP)] },
    ['LoadBalancer http://203.0.113.7', internal('receiver')],
  ],
  ['a load balancer without an address yet', { services: [service({ type: 'LoadBalancer' })] }, [INSIDE]],
  [
    'a load balancer with a name, on another port',
    { services: [service({ type: 'LoadBalancer', ports: ports(8080) }, { hostname: 'lb.example.com' })] },
    ['LoadBalancer http://lb.example.com:8080', internal('webhook-receiver', ':8080')],
  ],
  [
    'a load balancer with an IPv6 address, which gets brackets',
    { services: [service({ type: 'LoadBalancer' }, { ip: '2001:db8::7' })] },
    ['LoadBalancer http://[2001:db8::7]', INSIDE],
  ],
  [
    'several addresses, in an order of their own',
    { services: [service({ type: 'LoadBalancer' }, { ip: '198.51.100.2' }, { ip: '198.51.100.1' })] },
    ['LoadBalancer http://198.51.100.1', 'LoadBalancer http://198.51.100.2', INSIDE],
  ],
  ['an address that is empty', { services: [service({ type: 'LoadBalancer' }, { ip: '', hostname: '' })] }, [INSIDE]],
  [
    'no URL of a node for a Service of type LoadBalancer',
    {
      services: [service({ type: 'LoadBalancer', ports: ports({ targetPort: 9292, nodePort: 30_080 }) })],
      nodes: [node('a', ['ExternalIP', '192.0.2.1'])],
    },
    [INSIDE],
  ],
  [
    'a selector that selects other pods',
    { services: [service({ selector: { 'app.kubernetes.io/name': 'else' } })] },
    [],
  ],
  ['a selector with one label too many', { services: [service({ selector: { extra: 'x', more: 'y' } })] }, []],
  ['a selector of another label of the template', { services: [service({ selector: { extra: 'x' } })] }, [INSIDE]],
  ['an empty selector', { services: [service({ selector: {} })] }, []],
  ['a port that leads elsewhere', { services: [service({ ports: ports({ targetPort: 8080 }) })] }, []],
  ['a target that has no such name', { services: [service({ ports: ports({ targetPort: 'http' }) })] }, []],
  ['a target by name', { services: [service({ ports: ports({ targetPort: 'http-webhook' }) })] }, [INSIDE]],
  ['a target that is another port’s name', { services: [service({ ports: ports({ targetPort: 'http-prom' }) })] }, []],
  [
    'no target, which is the same port',
    { services: [service({ ports: [{ port: 9292 }] })] },
    [internal('webhook-receiver', ':9292')],
  ],
  ['UDP', { services: [service({ ports: ports({ targetPort: 9292, protocol: 'UDP' }) })] }, []],
  [
    'the port of --receiverAddr',
    { services: [service({ ports: ports({ targetPort: 8000 }) })] },
    [INSIDE],
    { receiverPort: 8000 },
  ],
  ['ExternalName', { services: [service({ type: 'ExternalName' })] }, []],
  [
    'a headless Service, behind whose name the pods themselves answer',
    { services: [service({ clusterIP: 'None' })] },
    [internal('webhook-receiver', ':9292')],
  ],
  [
    'no Deployment, so that the chart’s is taken for it',
    { deployment: undefined, services: [service({ ports: ports({ targetPort: 'http-webhook' }) })] },
    [INSIDE],
  ],
  ['TLS served by the operator, switched off', { services: [service({ ports: tlsPorts })] }, []],
  [
    'TLS served by the operator',
    { services: [service({ type: 'LoadBalancer', ports: [...ports(80), ...tlsPorts] }, IP)] },
    [
      'LoadBalancer https://203.0.113.7',
      'LoadBalancer http://203.0.113.7',
      'Internal https://webhook-receiver.flux-system.svc.cluster.local',
      INSIDE,
    ],
    TLS,
  ],
  [
    'TLS only',
    { services: [service({ ports: [...ports(80), ...ports({ port: 8443, targetPort: 9443 })] })] },
    ['Internal https://webhook-receiver.flux-system.svc.cluster.local:8443'],
    { ...TLS, receiverPort: undefined },
  ],
  [
    'a Service that was made for this Receiver, and one for another',
    {
      services: [
        service({ name: 'own', owner: 'apps/own', type: 'LoadBalancer' }, IP),
        service({ name: 'other', owner: 'apps/other', type: 'LoadBalancer' }, { ip: '203.0.113.1' }),
      ],
    },
    ['LoadBalancer http://203.0.113.7', internal('own')],
  ],
  [
    'its own before a found one, whatever the name',
    {
      services: [
        service({ name: 'own', owner: 'apps/own', type: 'LoadBalancer' }, IP),
        service({ name: 'found', type: 'LoadBalancer' }, { ip: '198.51.100.1' }),
      ],
    },
    ['LoadBalancer http://203.0.113.7', 'LoadBalancer http://198.51.100.1', internal('own'), internal('found')],
  ],
];

const nodePort = service({ type: 'NodePort', ports: ports({ targetPort: 9292, nodePort: 30_080 }) });
const nodePorts: readonly Row[] = [
  ['a node port, without a node to be seen', { services: [nodePort] }, [INSIDE]],
  [
    'a node’s external address, of the first by name that has one',
    {
      services: [nodePort],
      nodes: [
        node('c', ['ExternalIP', '192.0.2.3']),
        node('b', ['InternalIP', '10.0.0.2'], ['ExternalIP', '192.0.2.2']),
        node('a', ['InternalIP', '10.0.0.1'], ['Hostname', 'a']),
      ],
    },
    ['NodePort http://192.0.2.2:30080', INSIDE],
  ],
  [
    'else an internal one',
    { services: [nodePort], nodes: [node('b', ['InternalIP', '10.0.0.2']), node('a', ['InternalIP', 'fd00::1'])] },
    ['NodePort http://[fd00::1]:30080', INSIDE],
  ],
];

const exact = ingressPath('Exact', PATH);
const prefix = (path: string) => ingressPath('Prefix', path);
const withIngress = (spec: Parameters<typeof ingress>[0], ...addresses: Parameters<typeof ingress>[1][]) => ({
  services: [service()],
  ingresses: [ingress(spec, ...addresses)],
});
const HOST = 'hooks.example.com';

const ingresses: readonly Row[] = [
  ['an Ingress, exact', withIngress({ rules: [rule(HOST, exact)] }), [`Ingress http://${HOST}`, INSIDE]],
  [
    'an Ingress with TLS',
    withIngress({ rules: [rule(HOST, exact)], tls: [{ hosts: ['other.example.com'] }, { hosts: [HOST] }] }),
    [`Ingress https://${HOST}`, INSIDE],
  ],
  [
    'an Ingress with TLS for all of the domain',
    withIngress({ rules: [rule(HOST, exact)], tls: [{ hosts: ['*.example.com'] }] }),
    [`Ingress https://${HOST}`, INSIDE],
  ],
  [
    'TLS for one label, which is not two',
    withIngress({ rules: [rule('a.hooks.example.com', exact)], tls: [{ hosts: ['*.example.com'] }] }),
    ['Ingress http://a.hooks.example.com', INSIDE],
  ],
  [
    'TLS without hosts, which is for all',
    withIngress({ rules: [rule(HOST, exact)], tls: [{}] }),
    [`Ingress https://${HOST}`, INSIDE],
  ],
  ['a prefix', withIngress({ rules: [rule(HOST, prefix('/hook'))] }), [`Ingress http://${HOST}`, INSIDE]],
  ['a prefix with a slash', withIngress({ rules: [rule(HOST, prefix('/hook/'))] }), [`Ingress http://${HOST}`, INSIDE]],
  ['the prefix of all', withIngress({ rules: [rule(HOST, prefix('/'))] }), [`Ingress http://${HOST}`, INSIDE]],
  ['a prefix that ends within an element', withIngress({ rules: [rule(HOST, prefix('/ho'))] }), [INSIDE]],
  ['another Receiver’s path', withIngress({ rules: [rule(HOST, ingressPath('Exact', paths.other))] }), [INSIDE]],
  [
    'a path whose meaning the controller decides',
    withIngress({ rules: [rule(HOST, ingressPath('ImplementationSpecific', '/hook/*'))] }),
    [`Ingress http://${HOST}`, INSIDE],
  ],
  [
    'no path, which is all of them',
    withIngress({ rules: [rule(HOST, ingressPath('ImplementationSpecific', undefined))] }),
    [`Ingress http://${HOST}`, INSIDE],
  ],
  [
    'a nearer path that leads elsewhere',
    withIngress({ rules: [rule(HOST, prefix('/'), ingressPath('Prefix', '/hook', backend('else')))] }),
    [INSIDE],
  ],
  [
    'an exact path that leads elsewhere',
    withIngress({ rules: [rule(HOST, prefix('/hook'), ingressPath('Exact', PATH, backend('else')))] }),
    [INSIDE],
  ],
  [
    'a backend by the name of its port',
    withIngress({ rules: [rule(HOST, ingressPath('Exact', PATH, backend('webhook-receiver', 'http')))] }),
    [`Ingress http://${HOST}`, INSIDE],
  ],
  [
    'a backend with another port',
    withIngress({ rules: [rule(HOST, ingressPath('Exact', PATH, backend('webhook-receiver', 81)))] }),
    [INSIDE],
  ],
  [
    'no host: the addresses of the Ingress',
    withIngress({ rules: [rule(undefined, exact)] }, IP, { hostname: 'lb.example.com' }),
    ['Ingress http://203.0.113.7', 'Ingress http://lb.example.com', INSIDE],
  ],
  ['a host that is a wildcard', withIngress({ rules: [rule('*.example.com', exact)] }), [INSIDE]],
  [
    'a default backend alone',
    withIngress({ defaultBackend: backend(), tls: [{}] }, IP),
    ['Ingress https://203.0.113.7', INSIDE],
  ],
  [
    'a default backend behind the rules of a host',
    withIngress({ defaultBackend: backend(), rules: [rule(HOST, ingressPath('Prefix', '/app', backend('else')))] }),
    [`Ingress http://${HOST}`, `Ingress http://${ADDRESS}`, INSIDE],
  ],
  [
    'two rules of one host',
    withIngress({ rules: [rule(HOST, ingressPath('Prefix', '/', backend('else'))), rule(HOST, exact)] }),
    [`Ingress http://${HOST}`, INSIDE],
  ],
];

const withRoute = (spec: Parameters<typeof route>[0], ...gateways: ObservedObjects['gateways']) => ({
  services: [service()],
  httpRoutes: [route(spec)],
  gateways,
});
const byHost = { hostnames: [HOST] };
const https = { name: 'https', port: 443, protocol: 'HTTPS' };

const routes: readonly Row[] = [
  ['a route', withRoute(byHost, gateway([{}])), [`HTTPRoute http://${HOST}`, INSIDE]],
  ['a route that is not accepted', withRoute({ ...byHost, accepted: false }, gateway([{}])), [INSIDE]],
  ['a route without its Gateway', withRoute(byHost), [INSIDE]],
  [
    'https before http, by the listeners',
    withRoute(byHost, gateway([{}, https])),
    [`HTTPRoute https://${HOST}`, `HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'one listener by its name',
    withRoute({ ...byHost, parentRefs: [{ name: 'public', sectionName: 'https' }] }, gateway([{}, https])),
    [`HTTPRoute https://${HOST}`, INSIDE],
  ],
  [
    'one listener by its port, which is not the usual one',
    withRoute({ ...byHost, parentRefs: [{ name: 'public', port: 8443 }] }, gateway([{}, { ...https, port: 8443 }])),
    [`HTTPRoute https://${HOST}:8443`, INSIDE],
  ],
  ['a listener of TCP', withRoute(byHost, gateway([{ protocol: 'TCP' }])), [INSIDE]],
  ['another listener’s host', withRoute(byHost, gateway([{ hostname: 'x.example.com' }])), [INSIDE]],
  [
    'a listener of the domain',
    withRoute(byHost, gateway([{ hostname: '*.com' }])),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'the listener’s host where the route has none',
    withRoute({}, gateway([{ hostname: HOST }])),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'the listener’s host within the route’s domain',
    withRoute({ hostnames: ['*.example.com'] }, gateway([{ hostname: HOST }])),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'the Gateway’s addresses where nobody names a host',
    withRoute({}, gateway([{}], ['203.0.113.7', '2001:db8::1'])),
    ['HTTPRoute http://203.0.113.7', 'HTTPRoute http://[2001:db8::1]', INSIDE],
  ],
  [
    'a wildcard, which nobody can call',
    withRoute({}, gateway([{ hostname: '*.example.com' }], ['203.0.113.7'])),
    [INSIDE],
  ],
  [
    'a Gateway of another namespace that takes routes of all',
    withRoute(
      { ...byHost, parentRefs: [{ name: 'public', namespace: 'gateways' }] },
      gateway([{ allowedRoutes: { namespaces: { from: 'All' } } }], [], 'gateways'),
    ),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'a Gateway of another namespace, one of whose listeners takes its own only',
    withRoute(
      { ...byHost, parentRefs: [{ name: 'public', namespace: 'gateways' }] },
      gateway([{ allowedRoutes: { namespaces: { from: 'All' } } }, https], [], 'gateways'),
    ),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'no match, which is every path',
    withRoute({ ...byHost, rules: [routeRule(undefined)] }, gateway([{}])),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'a prefix of a route',
    withRoute({ ...byHost, rules: [routeRule({ path: { type: 'PathPrefix', value: '/hook' } })] }, gateway([{}])),
    [`HTTPRoute http://${HOST}`, INSIDE],
  ],
  [
    'a match that asks for a header, too',
    withRoute({ ...byHost, rules: [routeRule({ headers: [{}] })] }, gateway([{}])),
    [INSIDE],
  ],
  ['another method', withRoute({ ...byHost, rules: [routeRule({ method: 'GET' })] }, gateway([{}])), [INSIDE]],
  [
    'a path that is rewritten on its way',
    withRoute({ ...byHost, rules: [routeRule(undefined, { filters: [{ type: 'URLRewrite' }] })] }, gateway([{}])),
    [INSIDE],
  ],
  [
    'a backend of weight 0',
    withRoute(
      {
        ...byHost,
        rules: [routeRule(undefined, { backendRefs: [{ name: 'webhook-receiver', port: 80, weight: 0 }] })],
      },
      gateway([{}]),
    ),
    [INSIDE],
  ],
  [
    'a nearer rule that leads elsewhere',
    withRoute(
      {
        ...byHost,
        rules: [
          routeRule({ path: { type: 'PathPrefix', value: '/' } }),
          routeRule({ path: { type: 'PathPrefix', value: '/hook' } }, { backendRefs: [{ name: 'else', port: 80 }] }),
        ],
      },
      gateway([{}]),
    ),
    [INSIDE],
  ],
];

const external: readonly Row[] = [
  ['a tunnel', {}, ['External https://hooks.example.com'], { externalUrl: 'https://hooks.example.com' }],
  [
    'a front with a path of its own',
    {},
    ['External https://x.example.com/in'],
    { externalUrl: 'https://x.example.com/in/' },
  ],
  [
    'all at once, in the order of their use',
    {
      services: [
        service(),
        service({ name: 'lb', type: 'LoadBalancer' }, IP),
        service({ name: 'np', type: 'NodePort', ports: ports({ targetPort: 9292, nodePort: 30_080 }) }),
      ],
      nodes: [node('a', ['ExternalIP', '192.0.2.1'])],
      ingresses: [
        ingress({
          rules: [rule('b.example.com', exact), rule('a.example.com', exact)],
          tls: [{ hosts: ['b.example.com'] }],
        }),
      ],
      httpRoutes: [route(byHost)],
      gateways: [gateway([{}])],
    },
    [
      'External https://front.example.com',
      `HTTPRoute http://${HOST}`,
      'Ingress https://b.example.com',
      'Ingress http://a.example.com',
      'LoadBalancer http://203.0.113.7',
      'NodePort http://192.0.2.1:30080',
      internal('lb'),
      internal('np'),
      INSIDE,
    ],
    { externalUrl: 'https://front.example.com' },
  ],
];

describe('the URLs of a Receiver', () => {
  const all: readonly Row[] = [...services, ...nodePorts, ...ingresses, ...routes, ...external];
  const rows = all.map(([name, parts, expected, flags = {}]) => [name, parts, expected, flags] as const);
  it.each(rows)('%s', (_name, parts, expected, flags) => {
    expect(urls(parts, flags)).toEqual(expected);
  });

  it('name each address once', () => {
    const twice = [ingress({ rules: [rule(HOST, exact)] }), ingress({ rules: [rule(HOST, prefix('/'))] })];
    expect(urls({ services: [service()], ingresses: twice })).toEqual([`Ingress http://${HOST}`, INSIDE]);
  });

  it('are the same in whichever order the objects came', () => {
    const all = ['c', 'a', 'b'].map((name) =>
      service({ name, type: 'LoadBalancer' }, { ip: `192.0.2.${name.charCodeAt(0)}` }),
    );
    expect(urls({ services: all })).toEqual(urls({ services: all.toReversed() }));
  });

  it('are never more than a status should hold', () => {
    const many = Array.from({ length: 200 }, (_, index) => service({ name: `s${index}` }));
    expect(urls({ services: many })).toHaveLength(64);
  });

  it('of a Service that several Receivers share are those of all its owners', () => {
    const shared = service({ name: 'shared', owner: `${NAMESPACE}/one`, type: 'LoadBalancer' }, IP);
    const owners = ['one', 'two'].map((name) => ({ apiVersion: 'v', kind: 'Receiver', name, uid: name }));
    const owned = { ...shared, metadata: { ...shared.metadata, ownerReferences: owners } };
    const found = findUrls(observedObjects({ services: [owned] }), settings);
    const at = (key: string) => urlsAt(found, { key, path: PATH }).length;
    expect([at(`${NAMESPACE}/one`), at(`${NAMESPACE}/two`), at(`${NAMESPACE}/three`)]).toEqual([2, 2, 0]);
  });
});

describe('the URL to give to a sender', () => {
  it('is the first that is reached from outside', () => {
    const found = findUrls(observedObjects({ services: [service({ type: 'LoadBalancer' }, IP)] }), settings);
    expect(outsideUrl(urlsAt(found, { key: 'a/b', path: PATH }))).toBe(`http://203.0.113.7${PATH}`);
  });

  it('is none where there is only a way from inside', () => {
    const found = findUrls(observedObjects({ services: [service()] }), settings);
    expect(outsideUrl(urlsAt(found, { key: 'a/b', path: PATH }))).toBeUndefined();
  });
});
