// What Receivers get of what they ask for.
import { describe, expect, it } from 'vitest';
import type { ExposureSpec } from '../../../operator/api/exposure.ts';
import { matchesLabels } from '../../../operator/exposure/found/hosts.ts';
import { grant, type Tenancy } from '../../../operator/exposure/tenancy.ts';

const nothing: Tenancy = {
  kinds: [],
  hosts: [],
  serviceAnnotations: {},
  loadBalancerClass: undefined,
  ingressClass: undefined,
  ingressTlsSecret: undefined,
  ingressAnnotations: {},
  gateway: undefined,
};
const everything: Tenancy = {
  kinds: ['Service', 'Ingress', 'HTTPRoute'],
  hosts: ['*.hooks.example.com', 'exact.example.com'],
  serviceAnnotations: { service: 'ours' },
  loadBalancerClass: 'our/class',
  ingressClass: 'our-class',
  ingressTlsSecret: 'our-tls',
  ingressAnnotations: { ingress: 'ours' },
  gateway: { namespace: 'gateways', name: 'ours' },
};
const greedy: ExposureSpec = {
  service: {
    name: 'theirs',
    type: 'LoadBalancer',
    port: 81,
    nodePort: 30_080,
    annotations: { theirs: 'x' },
    loadBalancerClass: 'theirs',
    loadBalancerSourceRanges: ['0.0.0.0/0'],
  },
  ingress: { host: 'a.hooks.example.com', className: 'theirs', tlsSecretName: 'theirs', annotations: { theirs: 'x' } },
  httpRoute: { hostnames: ['exact.example.com'], parentRefs: [{ name: 'theirs' }] },
};

describe('a request', () => {
  it('for a Secret with the URL is granted everywhere: it is in the namespace of the Receiver', () => {
    const requested = { urlSecret: { name: 'url' } };
    expect(grant(requested, false, nothing)).toEqual({ granted: requested, refused: undefined });
  });

  it('is granted whole in the operator’s own namespace', () => {
    expect(grant(greedy, true, nothing)).toEqual({ granted: greedy, refused: undefined });
  });

  it('is granted elsewhere in type, port, host and hostnames; the rest is the operator’s', () => {
    expect(grant(greedy, false, everything)).toEqual({
      granted: {
        service: { type: 'LoadBalancer', port: 81, annotations: { service: 'ours' }, loadBalancerClass: 'our/class' },
        ingress: {
          host: 'a.hooks.example.com',
          className: 'our-class',
          tlsSecretName: 'our-tls',
          annotations: { ingress: 'ours' },
        },
        httpRoute: { hostnames: ['exact.example.com'], parentRefs: [{ namespace: 'gateways', name: 'ours' }] },
      },
      refused: undefined,
    });
  });

  it('has no class of a load balancer where there is none', () => {
    const { granted } = grant({ service: { type: 'NodePort' } }, false, everything);
    expect(granted.service).toEqual({ type: 'NodePort', annotations: { service: 'ours' } });
  });

  it.each<[name: string, requested: ExposureSpec, tenancy: Tenancy, granted: string[], refused: RegExp]>([
    ['of anything, by default', greedy, nothing, [], /^Service: .*; Ingress: .*; HTTPRoute: /],
    [
      'of one kind of two',
      greedy,
      { ...everything, kinds: ['Service', 'Ingress'] },
      ['service', 'ingress'],
      /^HTTPRoute: /,
    ],
    ['for a host of others', { ingress: { host: 'example.com' } }, everything, [], /does not allow example.com$/],
    ['for two labels', { ingress: { host: 'a.b.hooks.example.com' } }, everything, [], /does not allow a.b/],
    ['for no label', { ingress: { host: 'hooks.example.com' } }, everything, [], /does not allow hooks/],
    ['for a wildcard', { ingress: { host: '*.hooks.example.com' } }, everything, [], /does not allow \*/],
    ['for every host', { ingress: {} }, everything, [], /ingress.host: name a host/],
    ['for every host, by an empty list', { httpRoute: { hostnames: [] } }, everything, [], /httpRoute.hostnames: name/],
    ['for one host too many', { httpRoute: { hostnames: ['exact.example.com', 'x.y'] } }, everything, [], /allow x.y$/],
  ])('is refused %s', (_name, requested, tenancy, granted, refused) => {
    const answer = grant(requested, false, tenancy);
    expect(Object.keys(answer.granted)).toEqual(granted);
    expect(answer.refused).toMatch(refused);
  });
});

describe('a host with * for one label', () => {
  it.each([
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['a.*.example.com', 'a.b.example.com', true],
    ['*', 'localhost', true],
    ['*', 'a.b', false],
    ['*.example.com', '*.example.com', false],
    ['example.com', 'example.com', true],
    ['example.com', 'example.org', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchesLabels(pattern, name)).toBe(expected);
  });
});
