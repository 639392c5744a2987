// URLs that cannot work, and what is reported of them: a table of objects as a cluster has them.
import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../../operator/exposure/objects.ts';
import type { ObservedObjects } from '../../../operator/exposure/observed-objects.ts';
import { exposedAt, findUrls } from '../../../operator/exposure/urls.ts';
import {
  gateway,
  ingress,
  ingressPath,
  NAMESPACE,
  node,
  observedObjects,
  PATH,
  ports,
  route,
  routeRule,
  rule,
  service,
  settings,
} from './observed-state.ts';

const HOST = 'hooks.example.com';
const SHOWN = `http://${HOST}${PATH}`;
const SECURE = `https://${HOST}${PATH}`;
const IP = { ip: '203.0.113.7' };

/** The URL from outside, and the reason why it does not work. */
function outside(parts: Partial<ObservedObjects>) {
  const found = findUrls(observedObjects(parts), settings);
  const { urls, unfulfilled } = exposedAt(found, { key: 'apps/own', path: PATH });
  const { url } = urls.find(({ type }) => type !== 'Internal') ?? {};
  return { url, reason: unfulfilled?.reason, message: unfulfilled?.message ?? '' };
}

function front(path: string, annotations: Record<string, string> = {}, more: Partial<Ingress['spec']> = {}): Ingress {
  const made = ingress({ rules: [rule(HOST, ingressPath('Prefix', path))], ...more });
  return { ...made, metadata: { ...made.metadata, name: 'front', annotations } };
}
const fronts = (...ingresses: Ingress[]) => ({ services: [service()], ingresses });

const NGINX = 'nginx.ingress.kubernetes.io/';
const TARGET = `${NGINX}rewrite-target`;

describe('annotations of an Ingress', () => {
  it.each<[name: string, path: string, annotations: Record<string, string>, reason: string | undefined]>([
    ['a rewrite to /', '/', { [TARGET]: '/' }, 'PathRewritten'],
    ['a rewrite of a prefix to /', '/hook', { [TARGET]: '/' }, 'PathRewritten'],
    ['a rewrite that keeps the path by its group', '/(.*)', { [TARGET]: '/$1' }, undefined],
    ['a rewrite that keeps the path by its second group', '/()(.*)', { [TARGET]: '/$2' }, undefined],
    ['a rewrite that keeps a part by its group', '/hook/(.*)', { [TARGET]: '/hook/$1' }, undefined],
    ['a rewrite that strips a part', '/hook/(.*)', { [TARGET]: '/$1' }, 'PathRewritten'],
    ['a rewrite to the variable of the path', '/', { [TARGET]: '$request_uri' }, undefined],
    ['a rewrite to a group that is not there', '/(.*)', { [TARGET]: '/$3' }, 'PathRewritten'],
    ['an empty rewrite', '/', { [TARGET]: '' }, undefined],
    ['a pattern without a rewrite', '/hook/[0-9a-f]+', { [`${NGINX}use-regex`]: 'true' }, undefined],
    ['a permanent redirect', '/', { [`${NGINX}permanent-redirect`]: 'https://x.example.com' }, 'Diverted'],
    ['a temporal redirect', '/', { [`${NGINX}temporal-redirect`]: 'https://x.example.com' }, 'Diverted'],
    ['a canary', '/', { [`${NGINX}canary`]: 'true' }, 'Diverted'],
    ['no canary', '/', { [`${NGINX}canary`]: 'false' }, undefined],
    ['a redirect of the root', '/', { [`${NGINX}app-root`]: '/app' }, undefined],
    ['another annotation', '/', { [`${NGINX}proxy-body-size`]: '3m' }, undefined],
    [
      'a rewrite of NGINX Inc. to another prefix',
      '/hook',
      { 'nginx.org/rewrites': 'serviceName=webhook-receiver rewrite=/' },
      'PathRewritten',
    ],
    [
      'a rewrite of NGINX Inc. to the same prefix',
      '/hook/',
      { 'nginx.org/rewrites': 'serviceName=webhook-receiver rewrite=/hook/' },
      undefined,
    ],
    [
      'a rewrite of NGINX Inc. for another Service',
      '/hook',
      { 'nginx.org/rewrites': 'serviceName=other rewrite=/' },
      undefined,
    ],
    ['a rewrite of HAProxy to one path', '/', { 'haproxy.org/path-rewrite': '/x' }, 'PathRewritten'],
    [
      'a rewrite of HAProxy that keeps the path',
      '/',
      { 'haproxy.org/path-rewrite': '/hook/(.*) /hook/\\1' },
      undefined,
    ],
    ['a rewrite of HAProxy for other paths', '/', { 'haproxy.org/path-rewrite': '/foo/(.*) /\\1' }, undefined],
    ['a redirect of HAProxy', '/', { 'haproxy.org/request-redirect': 'x.example.com' }, 'Diverted'],
    [
      'a prefix that HAProxy Ingress replaces',
      '/hook',
      { 'haproxy-ingress.github.io/rewrite-target': '/x' },
      'PathRewritten',
    ],
    ['a prefix that HAProxy Ingress keeps', '/', { 'haproxy-ingress.github.io/rewrite-target': '/' }, undefined],
    ['a prefix that Kong strips', '/hook', { 'konghq.com/strip-path': 'true' }, 'PathRewritten'],
    ['the root, of which Kong strips nothing', '/', { 'konghq.com/strip-path': 'true' }, undefined],
    [
      'a prefix that Traefik strips',
      '/hook',
      { 'traefik.ingress.kubernetes.io/rule-type': 'PathPrefixStrip' },
      'PathRewritten',
    ],
    [
      'a prefix that the Application Gateway replaces',
      '/hook',
      { 'appgw.ingress.kubernetes.io/backend-path-prefix': '/' },
      'PathRewritten',
    ],
  ])('%s', (_name, path, annotations, reason) => {
    const shown = outside(fronts(front(path, annotations)));
    expect(shown).toMatchObject({ url: reason === undefined ? SHOWN : undefined, reason });
    if (reason !== undefined) {
      const annotation = Object.keys(annotations)[0] ?? '';
      expect(shown.message).toContain(`Ingress ${NAMESPACE}/front `);
      expect(shown.message).toContain(annotation);
    }
  });

  it.each<[name: string, annotations: Record<string, string>, url: string]>([
    ['a certificate of ACM', { 'alb.ingress.kubernetes.io/certificate-arn': 'arn:aws:acm:x' }, SECURE],
    ['a certificate that GKE manages', { 'networking.gke.io/managed-certificates': 'hooks' }, SECURE],
    ['a redirect to HTTPS', { [`${NGINX}force-ssl-redirect`]: 'true' }, SECURE],
    ['a redirect to HTTPS only with TLS', { [`${NGINX}ssl-redirect`]: 'true' }, SHOWN],
  ])('%s decides the scheme', (_name, annotations, url) => {
    expect(outside(fronts(front('/', annotations)))).toMatchObject({ url, reason: undefined });
  });

  it('that break one Ingress leave another one to be shown', () => {
    const other = { ...front('/'), metadata: { name: 'other', namespace: NAMESPACE } };
    expect(outside(fronts(front('/', { [TARGET]: '/' }), other))).toMatchObject({ url: SHOWN, reason: undefined });
  });
});

const tls = (secretName?: string) => ({
  tls: [{ hosts: [HOST], ...(secretName === undefined ? {} : { secretName }) }],
});
const without = (made: Ingress): Ingress => ({ ...made, status: { loadBalancer: {} } });
const failing = (port: number, more: object = {}) => ({
  ...IP,
  ports: [{ port, protocol: 'TCP', error: 'Quota', ...more }],
});

describe('an Ingress', () => {
  it.each<[name: string, parts: Partial<ObservedObjects>, url: string | undefined, reason: string | undefined]>([
    ['without an address', fronts(without(front('/'))), SHOWN, 'PendingAddress'],
    [
      'without host and address',
      fronts(without(ingress({ defaultBackend: { service: { name: 'webhook-receiver', port: { number: 80 } } } }))),
      undefined,
      'PendingAddress',
    ],
    [
      'whose TLS Secret is missing',
      { ...fronts(front('/', {}, tls('gone'))), secrets: new Set(['other']) },
      SECURE,
      'CertificateMissing',
    ],
    [
      'whose TLS Secret is there',
      { ...fronts(front('/', {}, tls('here'))), secrets: new Set(['here']) },
      SECURE,
      undefined,
    ],
    ['whose TLS Secret may not be looked up', fronts(front('/', {}, tls('gone'))), SECURE, undefined],
    [
      'with the certificate of its controller',
      { ...fronts(front('/', {}, tls())), secrets: new Set() },
      SECURE,
      undefined,
    ],
    [
      'of the AWS controller, which reads no Secret',
      {
        ...fronts(front('/', { 'alb.ingress.kubernetes.io/scheme': 'internet-facing' }, tls('gone'))),
        secrets: new Set(),
      },
      SECURE,
      undefined,
    ],
    [
      'whose port has an error',
      fronts({ ...front('/'), status: { loadBalancer: { ingress: [failing(80)] } } }),
      undefined,
      'LoadBalancerFailed',
    ],
    [
      'another port of which has an error',
      fronts({ ...front('/'), status: { loadBalancer: { ingress: [failing(443)] } } }),
      SHOWN,
      undefined,
    ],
    ['for another path', fronts(without(front('/other'))), undefined, undefined],
  ])('%s', (_name, parts, url, reason) => {
    expect(outside(parts)).toMatchObject({ url, reason });
  });
});

const balanced = (...addresses: Parameters<typeof service>[1][]) => ({
  services: [service({ type: 'LoadBalancer' }, ...addresses)],
});

describe('a Service', () => {
  const url = `http://203.0.113.7${PATH}`;
  it.each<[name: string, parts: Partial<ObservedObjects>, url: string | undefined, reason: string | undefined]>([
    ['without an address', balanced(), undefined, 'PendingAddress'],
    ['whose port has an error', balanced(failing(80)), undefined, 'LoadBalancerFailed'],
    [
      'one of whose addresses has an error',
      balanced(failing(80), { ip: '203.0.113.8' }),
      `http://203.0.113.8${PATH}`,
      undefined,
    ],
    ['whose port is reported without an error', balanced(failing(80, { error: '' })), url, undefined],
    ['another port of which has an error', balanced(failing(81)), url, undefined],
    ['whose UDP port has an error', balanced(failing(80, { protocol: 'UDP' })), url, undefined],
    [
      'on nodes that are not known',
      { services: [service({ type: 'NodePort', ports: ports({ targetPort: 9292, nodePort: 30_080 }) })] },
      undefined,
      'PendingAddress',
    ],
    [
      'on nodes that are known',
      {
        services: [service({ type: 'NodePort', ports: ports({ targetPort: 9292, nodePort: 30_080 }) })],
        nodes: [node('a', ['ExternalIP', '192.0.2.1'])],
      },
      `http://192.0.2.1:30080${PATH}`,
      undefined,
    ],
  ])('%s', (_name, parts, expected, reason) => {
    expect(outside(parts)).toMatchObject({ url: expected, reason });
  });

  it('that does not work is named, with what its load balancer reports', () => {
    expect(outside(balanced(failing(80))).message).toBe(
      'the load balancer of Service flux-system/webhook-receiver reports Quota for port 80: correct it at the provider',
    );
  });
});

const routed = (spec: Parameters<typeof route>[0]) => ({
  services: [service()],
  httpRoutes: [route({ hostnames: [HOST], ...spec })],
  gateways: [gateway([{}])],
});
const rewriting = (value: string, path: object | undefined) =>
  routed({
    rules: [
      routeRule({ path: { type: 'PathPrefix', value } }, {
        filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'x', ...(path && { path }) } }],
      } as object),
    ],
  });

describe('an HTTPRoute', () => {
  it.each<[name: string, parts: Partial<ObservedObjects>, url: string | undefined, reason: string | undefined]>([
    ['that is not accepted', routed({ accepted: false }), undefined, 'PendingAddress'],
    ['without parents', routed({ parentRefs: [] }), undefined, 'PendingAddress'],
    ['for a wildcard', routed({ hostnames: ['*.example.com'] }), undefined, 'PendingAddress'],
    [
      'that redirects',
      routed({ rules: [routeRule(undefined, { filters: [{ type: 'RequestRedirect' }] })] }),
      undefined,
      'Diverted',
    ],
    ['that rewrites the host alone', rewriting('/', undefined), SHOWN, undefined],
    [
      'that strips a prefix',
      rewriting('/hook', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }),
      undefined,
      'PathRewritten',
    ],
    [
      'that replaces a prefix by itself',
      rewriting('/hook', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/hook' }),
      SHOWN,
      undefined,
    ],
    [
      'that replaces the path',
      rewriting('/', { type: 'ReplaceFullPath', replaceFullPath: '/x' }),
      undefined,
      'PathRewritten',
    ],
  ])('%s', (_name, parts, url, reason) => {
    expect(outside(parts)).toMatchObject({ url, reason });
  });
});
