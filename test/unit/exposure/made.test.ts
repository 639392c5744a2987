// The objects that are made for Receivers, as they are applied.
import { describe, expect, it } from 'vitest';
import { covers } from '../../../operator/exposure/made/covers.ts';
import { type ExposureIdentity, exposureName } from '../../../operator/exposure/made/exposure-object.ts';
import { httpRouteObject } from '../../../operator/exposure/made/http-route.ts';
import { ingressObject } from '../../../operator/exposure/made/ingress.ts';
import { serviceObject } from '../../../operator/exposure/made/service.ts';
import { deployment, NAMESPACE, PATH, paths, settings } from './observed-state.ts';

const owner = { namespace: 'apps', name: 'web', uid: '1' };
const identity: Omit<ExposureIdentity, 'annotations'> = { name: 'object', namespace: NAMESPACE, owner, owners: [] };
const backend = { name: 'webhook-receiver', port: 80 };

describe('the name of an exposure object', () => {
  it.each([
    ['apps', 'web', /^apps-web-[0-9a-f]{8}$/],
    ['apps', 'web.v1', /^apps-web-v1-[0-9a-f]{8}$/],
    ['1st', 'web', /^r-1st-web-[0-9a-f]{8}$/],
    ['n'.repeat(63), 'web', /^n{54}-[0-9a-f]{8}$/],
    ['apps', 'x'.repeat(253), /^apps-x{49}-[0-9a-f]{8}$/],
    ['n'.repeat(53), 'web', /^n{53}-[0-9a-f]{8}$/],
  ])('of %s/%s is what a Service may be called', (namespace, name, expected) => {
    const made = exposureName({ namespace, name });
    expect(made).toMatch(expected);
    expect(made.length).toBeLessThanOrEqual(63);
    expect(made).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
  });

  it('tells apart what reads the same', () => {
    expect(exposureName({ namespace: 'a-b', name: 'c' })).not.toBe(exposureName({ namespace: 'a', name: 'b-c' }));
    expect(exposureName({ namespace: 'a', name: 'b.c' })).not.toBe(exposureName({ namespace: 'a', name: 'b-c' }));
  });
});

describe('a Service', () => {
  const spec = (requested: object, flags: object = {}, pods: typeof deployment | undefined = deployment) =>
    serviceObject(requested, identity, pods, { ...settings, ...flags }).spec;

  it.each<[name: string, requested: object, flags: object, expected: object]>([
    ['as it comes', {}, {}, { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 'http-webhook' }] }],
    [
      'of another type',
      { type: 'NodePort', nodePort: 30_080 },
      {},
      { type: 'NodePort', ports: [{ nodePort: 30_080 }] },
    ],
    ['with TLS', {}, { tlsPort: 9443 }, { ports: [{ name: 'https', port: 443, targetPort: 'https-webhook' }] }],
    [
      'with TLS and a port',
      { port: 8443 },
      { tlsPort: 9443 },
      { ports: [{ port: 8443, targetPort: 'https-webhook' }] },
    ],
    ['with a class', { loadBalancerClass: 'x/y' }, {}, { loadBalancerClass: 'x/y' }],
    ['with networks', { loadBalancerSourceRanges: ['10.0.0.0/8'] }, {}, { loadBalancerSourceRanges: ['10.0.0.0/8'] }],
  ])('%s', (_name, requested, flags, expected) => {
    expect(spec(requested, flags)).toMatchObject(expected);
  });

  it('leads to the port itself where there is no Deployment to give it a name', () => {
    const made = serviceObject({}, identity, undefined, { ...settings, receiverPort: 8000 });
    expect(made.spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/component': 'operator' },
      ports: [{ port: 80, targetPort: 8000 }],
    });
  });

  it('names its Receiver, belongs to its owners, and carries a digest of itself', () => {
    const requested = { annotations: { a: 'b', 'sluice/receiver': 'somebody/else' } };
    const made = serviceObject(requested, { ...identity, owners: [owner] }, deployment, settings);
    expect(made.metadata).toMatchObject({
      labels: { 'sluice/receiver-namespace': 'apps', 'sluice/receiver-name': 'web' },
      annotations: { a: 'b', 'sluice/receiver': 'apps/web' },
      ownerReferences: [{ kind: 'Receiver', name: 'web', uid: '1' }],
    });
    const digest = (other: object) =>
      serviceObject(other, { ...identity, owners: [owner] }, deployment, settings).metadata.annotations[
        'sluice/applied'
      ];
    expect(digest(requested)).toBe(made.metadata.annotations['sluice/applied']);
    expect(digest({ annotations: { a: 'c' } })).not.toBe(digest({ annotations: { a: 'b' } }));
  });
});

describe('an Ingress and an HTTPRoute', () => {
  it('lead exactly the given paths, the new one first', () => {
    const ingress = ingressObject({ host: 'h.example.com' }, identity, [PATH, paths.other], backend);
    expect(ingress.spec).toMatchObject({
      rules: [
        {
          host: 'h.example.com',
          http: {
            paths: [
              { path: PATH, pathType: 'Exact' },
              { path: paths.other, pathType: 'Exact' },
            ],
          },
        },
      ],
    });
    const route = httpRouteObject({ parentRefs: [{ name: 'public' }] }, identity, [PATH, paths.other], backend);
    expect(route.spec).toMatchObject({
      parentRefs: [{ name: 'public' }],
      rules: [{ matches: [{ path: { type: 'Exact', value: PATH } }, { path: { value: paths.other } }] }],
    });
  });

  it('have nothing that nobody asked for', () => {
    expect(Object.keys(ingressObject({}, identity, [PATH], backend).spec)).toEqual(['rules']);
    expect(Object.keys(httpRouteObject({}, identity, [PATH], backend).spec)).toEqual(['parentRefs', 'rules']);
  });
});

describe('an object is as it should be', () => {
  it.each<[name: string, actual: unknown, wanted: unknown, expected: boolean]>([
    ['with defaults besides', { spec: { a: 1, b: 2 } }, { spec: { a: 1 } }, true],
    ['with defaults within a list', [{ port: 80, protocol: 'TCP' }], [{ port: 80 }], true],
    ['not with another value', { a: 1 }, { a: 2 }, false],
    ['not without a field', {}, { a: 1 }, false],
    ['not with a longer list', [1, 2], [1], false],
    ['not with a shorter one', [1], [1, 2], false],
    ['not with another order', [2, 1], [1, 2], false],
    ['not with a selector that asks for more', { selector: { a: '1', b: '2' } }, { selector: { a: '1' } }, false],
    ['not with null for an object', { a: null }, { a: {} }, false],
    ['not with an object for a list', { a: {} }, { a: [] }, false],
  ])('%s', (_name, actual, wanted, expected) => {
    expect(covers(actual, wanted)).toBe(expected);
  });
});
