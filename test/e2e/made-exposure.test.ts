// spec.exposure of Receivers in the operator's own namespace: every object is created, followed, kept and ended, on a real API
// server whose cloud is this test.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../../operator/api/receiver/receiver.ts';
import { exposureName } from '../../operator/exposure/made/exposure-object.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import {
  type Cloud,
  createCloud,
  type Kind,
  OPERATOR_NAMESPACE,
  reconciled,
  requestsSent,
  type Seen,
} from '../support/exposure.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

let controlPlane: ControlPlane;
let world: World;
let cloud: Cloud;

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane);
  cloud = createCloud(world);
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
});

const nameOf = (name: string, namespace = OPERATOR_NAMESPACE) => exposureName({ namespace, name });
const want = (name: string, exposure: object | undefined) =>
  cloud.receiver(name, { namespace: OPERATOR_NAMESPACE, ...(exposure === undefined ? {} : { exposure }) });
const shown = (name: string, expected: Parameters<Cloud['shown']>[1]) =>
  cloud.shown(name, expected, OPERATOR_NAMESPACE);
const pathOf = async (name: string) => (await cloud.read(name, OPERATOR_NAMESPACE)).status?.webhookPath ?? '';
const there = (kind: Kind, name: string) => waitFor(`${kind} ${name}`, () => cloud.get(kind, name));
const gone = (kind: Kind, name: string) =>
  waitFor(`the end of ${kind} ${name}`, async () => (await cloud.get(kind, name)) === undefined);
const pathsOf = async (name: string): Promise<string[]> =>
  (await cloud.get('ingress', nameOf(name)))?.spec.rules[0].http.paths.map(({ path }: { path: string }) => path) ?? [];

describe('a Service', () => {
  it('is made, says what it waits for, and gives its address', async () => {
    await want('lb', { service: { port: 8080, annotations: { 'example.com/cost': 'low' } } });
    const service = await there('service', nameOf('lb'));
    expect(service.spec).toMatchObject({
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': 'sluice' },
      ports: [{ port: 8080, targetPort: 'http-webhook' }],
    });
    expect(service.metadata).toMatchObject({
      labels: { 'sluice/receiver-namespace': OPERATOR_NAMESPACE, 'sluice/receiver-name': 'lb' },
      annotations: { 'sluice/receiver': `${OPERATOR_NAMESPACE}/lb`, 'example.com/cost': 'low' },
      ownerReferences: [{ kind: 'Receiver', name: 'lb' }],
    });
    await shown('lb', { exposed: 'False PendingAddress', url: '', message: /has no address yet/ });
    await cloud.address('service', nameOf('lb'), { ip: '203.0.113.20' });
    await cloud.kubectl('wait', '--for=condition=Exposed', 'receiver/lb', '--timeout=30s');
    const { status } = await shown('lb', { exposed: 'True Exposed', url: 'http://203.0.113.20:8080' });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('is no other Receiver’s', async () => {
    await want('neighbour', undefined);
    const { status } = await shown('neighbour', { exposed: 'False NotExposed' });
    expect(status?.urls).toHaveLength(1);
  });

  it('follows the request, and an annotation that is no longer requested goes', async () => {
    await want('lb', { service: { port: 9090 } });
    await shown('lb', { url: 'http://203.0.113.20:9090' });
    expect((await there('service', nameOf('lb'))).metadata.annotations).not.toHaveProperty('example.com/cost');
  });

  it('comes back when it was deleted, and as it was when it was edited by hand', async () => {
    const { metadata } = await there('service', nameOf('lb'));
    await cloud.kubectl('delete', 'service', nameOf('lb'));
    await waitFor('another Service', async () => {
      const { uid = metadata.uid } = (await cloud.get('service', nameOf('lb')))?.metadata ?? {};
      return uid !== metadata.uid;
    });
    await cloud.kubectl('patch', 'service', nameOf('lb'), '--type=merge', '-p', '{"spec":{"selector":{"app":"else"}}}');
    await waitFor('the selector', async () => {
      const { selector } = (await cloud.get('service', nameOf('lb')))?.spec ?? {};
      return selector !== undefined && !('app' in selector) && selector['app.kubernetes.io/name'] === 'sluice';
    });
  });

  it('ends with its request', async () => {
    await want('lb', undefined);
    await gone('service', nameOf('lb'));
    await shown('lb', { exposed: 'False NotExposed', url: '' });
    await want('brief', { service: { type: 'ClusterIP' } });
    await shown('brief', { exposed: 'False NotExposed' });
    await there('service', nameOf('brief'));
    await cloud.kubectl('delete', 'receiver', 'brief');
    await gone('service', nameOf('brief'));
  });

  it('of somebody else is never taken over', async () => {
    const foreign = { type: 'ClusterIP', ports: [{ port: 1 }] };
    await cloud.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'theirs' }, spec: foreign });
    const before = await there('service', 'theirs');
    await want('greedy', { service: { name: 'theirs' } });
    await shown('greedy', {
      exposed: 'False Conflict',
      message: /Service flux-system\/theirs exists and was not made by/,
    });
    expect(await there('service', 'theirs')).toEqual(before);
    await cloud.kubectl('delete', 'service', 'theirs');
    const service = await waitFor('ours', async () => {
      const found = await cloud.get('service', 'theirs');
      return found?.spec.type === 'LoadBalancer' && found;
    });
    expect(service.metadata.annotations?.['sluice/receiver']).toBe(`${OPERATOR_NAMESPACE}/greedy`);
    await cloud.kubectl('delete', 'receiver', 'greedy');
    await gone('service', 'theirs');
  });

  it('that the API server refuses is reported with its words', async () => {
    await want('refused', { service: { type: 'NodePort', nodePort: 1 } });
    await shown('refused', { exposed: 'False Invalid', message: /valid ports is 30000-32767/ });
    await cloud.kubectl('delete', 'receiver', 'refused');
  });
});

describe('a Service that Receivers share', () => {
  /** The age of objects is known to the second: the next one has to be younger. */
  async function aSecondAfter(name: string): Promise<void> {
    const { creationTimestamp = '' } = (await cloud.read(name, OPERATOR_NAMESPACE)).metadata;
    await waitFor('the next second', () => Date.now() >= Date.parse(creationTimestamp) + 1_000);
  }
  const shared = { service: { name: 'shared', type: 'LoadBalancer' } };
  const owners = async () =>
    (await cloud.get('service', 'shared'))?.metadata.ownerReferences?.map(({ name }) => name).sort() ?? [];

  it('belongs to all of them, and gives each its URL', async () => {
    await want('one', shared);
    await there('service', 'shared');
    await aSecondAfter('one');
    await want('two', shared);
    await waitFor('both owners', async () => (await owners()).join() === 'one,two');
    await cloud.address('service', 'shared', { hostname: 'shared.example.com' });
    await shown('one', { exposed: 'True Exposed', url: 'http://shared.example.com' });
    await shown('two', { exposed: 'True Exposed', url: 'http://shared.example.com' });
  });

  it('is as the oldest wants it; who requests another one gets a Conflict', async () => {
    await aSecondAfter('two');
    await want('three', { service: { name: 'shared', type: 'LoadBalancer', port: 81 } });
    await shown('three', { exposed: 'False Conflict', message: /as Receiver flux-system\/one wants it/ });
    expect(await owners()).toEqual(['one', 'two']);
  });

  it('passes to the next when one goes', async () => {
    await cloud.kubectl('delete', 'receiver', 'one', 'two');
    await waitFor(
      'the third’s own request',
      async () => (await cloud.get('service', 'shared'))?.spec.ports[0].port === 81,
    );
    await waitFor('its owner', async () => (await owners()).join() === 'three');
  });

  it('is as who is left wants it, also after the last words of one who is gone', async () => {
    const late = [
      { op: 'replace', path: '/metadata/annotations/sluice~1receiver', value: `${OPERATOR_NAMESPACE}/two` },
      { op: 'replace', path: '/spec/ports/0/port', value: 80 },
    ];
    await cloud.kubectl('patch', 'service', 'shared', '--type=json', '-p', JSON.stringify(late));
    await waitFor('the third’s own request', async () => {
      const { spec, metadata } = await there('service', 'shared');
      return spec.ports[0].port === 81 && metadata.annotations?.['sluice/receiver'] === `${OPERATOR_NAMESPACE}/three`;
    });
  });

  it('that is no longer marked as ours is reported as somebody else’s, and is ours again when it is gone', async () => {
    await cloud.kubectl('annotate', 'service', 'shared', 'sluice/receiver-');
    await shown('three', { exposed: 'False Conflict', message: /was not made by the operator/ });
    await cloud.kubectl('delete', 'service', 'shared');
    await waitFor('its owner', async () => (await owners()).join() === 'three');
  });

  it('ends with the last', async () => {
    await want('three', undefined);
    await gone('service', 'shared');
  });
});

describe('an Ingress', () => {
  it('leads exactly its path to the Service that all share', async () => {
    const exposure = {
      ingress: { host: 'hooks.example.com', className: 'nginx', tlsSecretName: 'tls', annotations: { a: 'b' } },
    };
    await want('routed', exposure);
    await there('ingress', nameOf('routed'));
    await shown('routed', { exposed: 'False PendingAddress', message: /^Ingress .* has no address yet/ });
    await cloud.address('ingress', nameOf('routed'), { ip: '203.0.113.41' });
    await shown('routed', { exposed: 'False CertificateMissing', message: /needs the TLS Secret flux-system\/tls,/ });
    await cloud.kubectl('create', 'secret', 'generic', 'tls');
    const { status } = await shown('routed', { exposed: 'True Exposed', url: 'https://hooks.example.com' });
    const { spec, metadata } = await there('ingress', nameOf('routed'));
    expect(spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['hooks.example.com'], secretName: 'tls' }],
      rules: [
        {
          host: 'hooks.example.com',
          http: {
            paths: [
              {
                path: status?.webhookPath,
                pathType: 'Exact',
                backend: { service: { name: 'webhook-receiver', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    });
    expect(metadata.annotations).toMatchObject({ a: 'b' });
  });

  it('has the new path beside the old one when the token rotates, and then the new one alone', async () => {
    const before = await pathOf('routed');
    await cloud.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'routed' },
      stringData: { token: 'rotated' },
    });
    await waitFor('both paths', async () => (await pathsOf('routed')).length === 2);
    const after = await pathOf('routed');
    expect(await pathsOf('routed')).toEqual([after, before]);
    await shown('routed', { url: 'https://hooks.example.com' });
    await waitFor('the new path alone', async () => (await pathsOf('routed')).join() === after);
  });

  it('has the path of the previous token too, for as long as the Secret has it', async () => {
    const before = await pathOf('routed');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'routed' } };
    await cloud.apply({ ...secret, stringData: { token: 'rotated-again', previousToken: 'rotated' } });
    await waitFor('both paths', async () => (await pathsOf('routed')).length === 2);
    const after = await pathOf('routed');
    expect(await pathsOf('routed')).toEqual([after, before]);
    await cloud.kubectl('patch', 'secret', 'routed', '--type=merge', '-p', '{"data":{"previousToken":null}}');
    await waitFor('the new path alone', async () => (await pathsOf('routed')).join() === after);
  });

  it('goes and comes with the path, and stays while the Receiver is suspended', async () => {
    const exposure = { ingress: { host: 'hooks.example.com' } };
    await cloud.receiver('routed', { namespace: OPERATOR_NAMESPACE, exposure, suspend: true });
    // The Secret is the first one again.
    await waitFor('one path', async () => (await pathsOf('routed')).length === 1);
    await want('routed', exposure);
    await cloud.kubectl('delete', 'secret', 'routed');
    await gone('ingress', nameOf('routed'));
    await shown('routed', { exposed: 'False NotExposed', message: /no webhook path/ });
    await want('routed', exposure);
    await there('ingress', nameOf('routed'));
    await cloud.address('ingress', nameOf('routed'), { ip: '203.0.113.41' });
    await shown('routed', { exposed: 'True Exposed', url: 'http://hooks.example.com' });
  });

  it('waits for an address where it has no host', async () => {
    await want('hostless', { ingress: {} });
    await shown('hostless', { exposed: 'False PendingAddress', message: /Ingress .* has no address yet/ });
    await cloud.address('ingress', nameOf('hostless'), { ip: '203.0.113.40' });
    await shown('hostless', { exposed: 'True Exposed', url: 'http://203.0.113.40' });
    await cloud.kubectl('delete', 'receiver', 'hostless');
    await gone('ingress', nameOf('hostless'));
  });

  it('says so when there is nothing to lead to, and is kept', async () => {
    const { uid } = (await there('ingress', nameOf('routed'))).metadata;
    const service = await cloud.kubectl('get', 'service', 'webhook-receiver', '-o', 'json');
    await cloud.kubectl('delete', 'service', 'webhook-receiver');
    await want('nowhere', { ingress: { host: 'nowhere.example.com' } });
    await shown('nowhere', { exposed: 'False BackendMissing', message: /no Service flux-system\/webhook-receiver/ });
    await shown('routed', { exposed: 'False BackendMissing' });
    expect((await there('ingress', nameOf('routed'))).metadata.uid).toBe(uid);
    const { metadata, spec, ...rest } = JSON.parse(service);
    const again = {
      ...rest,
      metadata: { name: metadata.name, labels: metadata.labels },
      spec: { ...spec, clusterIP: undefined, clusterIPs: undefined },
    };
    await cloud.apply(again);
    await there('ingress', nameOf('nowhere'));
    await cloud.address('ingress', nameOf('nowhere'), { ip: '203.0.113.42' });
    await shown('nowhere', { exposed: 'True Exposed', url: 'http://nowhere.example.com' });
  });
});

describe('an operator that may not make it', () => {
  it('says what it lacks, and goes on', async () => {
    const role = JSON.parse(await cloud.kubectl('get', 'role', 'sluice', '-o', 'json')) as { rules: object[] };
    const without = role.rules.filter((rule) => !JSON.stringify(rule).includes('ingresses'));
    await cloud.kubectl('patch', 'role', 'sluice', '--type=merge', '-p', JSON.stringify({ rules: without }));
    await want('forbidden', { ingress: { host: 'forbidden.example.com' } });
    await shown('forbidden', { exposed: 'False AccessDenied', message: /Ingress flux-system\/\S+ may not be made: / });
    await cloud.kubectl('patch', 'role', 'sluice', '--type=merge', '-p', JSON.stringify({ rules: role.rules }));
    await want('forbidden', { ingress: { host: 'allowed.example.com' } });
    await there('ingress', nameOf('forbidden'));
    await cloud.address('ingress', nameOf('forbidden'), { ip: '203.0.113.43' });
    await shown('forbidden', { exposed: 'True Exposed', url: 'http://allowed.example.com' });
  });
});

describe('an HTTPRoute', () => {
  const exposure = {
    httpRoute: { parentRefs: [{ name: 'public', sectionName: 'https' }], hostnames: ['gw.example.com'] },
  };
  const accept = (name: string, status: string, message = '') =>
    cloud.status('httproute', nameOf(name), {
      parents: [
        {
          parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', sectionName: 'https' },
          controllerName: 'example.com/controller',
          conditions: [
            { type: 'Accepted', status, reason: 'X', message, lastTransitionTime: new Date().toISOString() },
          ],
        },
      ],
    });

  it('waits for the Gateway API to be installed, and is made then', async () => {
    await want('gateway', exposure);
    await shown('gateway', { exposed: 'False KindMissing', message: /no kind HTTPRoute yet/ });
    await controlPlane.applyStandIns('gateway-api');
    await there('httproute', nameOf('gateway'));
    await shown('gateway', { exposed: 'False PendingAddress', message: /not accepted by a Gateway/ });
  });

  it('is followed through its Gateway: refused, accepted, another listener', async () => {
    await accept('gateway', 'False', 'no listener takes it');
    await shown('gateway', { exposed: 'False PendingAddress', message: /not accepted: no listener takes it/ });
    const gateway = (port: number) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'public' },
      spec: { gatewayClassName: 'x', listeners: [{ name: 'https', port, protocol: 'HTTPS' }] },
    });
    await cloud.apply(gateway(443));
    await accept('gateway', 'True');
    await shown('gateway', { exposed: 'True Exposed', url: 'https://gw.example.com' });
    await cloud.apply(gateway(8443));
    await shown('gateway', { url: 'https://gw.example.com:8443' });
  });

  it('is kept as it should be, and ends with its Receiver', async () => {
    const path = await pathOf('gateway');
    const patch = '{"spec":{"rules":[]}}';
    await cloud.kubectl('patch', 'httproute', nameOf('gateway'), '--type=merge', '-p', patch);
    await waitFor('its rule', async () => {
      const route = await cloud.get('httproute', nameOf('gateway'));
      return route?.spec.rules[0]?.matches[0].path.value === path;
    });
    await cloud.kubectl('delete', 'receiver', 'gateway');
    await gone('httproute', nameOf('gateway'));
  });
});

describe('a Receiver outside of the operator’s namespace', () => {
  it('may request nothing, unless the operator says so, and goes on working', async () => {
    await cloud.receiver('tenant', { exposure: { service: {}, ingress: { host: 'hooks.example.com' } } });
    const { status, metadata } = await cloud.shown('tenant', {
      exposed: 'False ExposureForbidden',
      message: /Service: .*--tenant-exposure.*; Ingress: /,
    });
    expect(metadata.finalizers).toBeUndefined();
    expect(await cloud.get('service', nameOf('tenant', world.namespace))).toBeUndefined();
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect((await world.post(status?.webhookPath ?? '')).status).not.toBe(404);
  });

  it('gets what the operator allows, as the operator wants it', async () => {
    await world.restart([
      '--shutdown-delay=0s',
      '--tenant-exposure=Service,Ingress,HTTPRoute',
      '--tenant-exposure-hosts=*.tenants.example.com',
      '--tenant-ingress-class=public',
      '--tenant-ingress-tls-secret=tenants-tls',
      '--tenant-ingress-annotations=a=operator',
      '--tenant-service-annotations=b=operator',
      '--tenant-gateway=gateways/public/https',
    ]);
    const foul = { annotations: { evil: 'true' } };
    await cloud.receiver('tenant', {
      exposure: {
        service: { ...foul, name: 'webhook-receiver', port: 81, loadBalancerSourceRanges: ['0.0.0.0/0'] },
        ingress: { ...foul, host: 'a.tenants.example.com', className: 'private', tlsSecretName: 'others' },
        httpRoute: { hostnames: ['a.tenants.example.com'], parentRefs: [{ name: 'private', namespace: 'x' }] },
      },
    });
    const name = nameOf('tenant', world.namespace);
    const service = await there('service', name);
    expect(service.spec).toMatchObject({ type: 'LoadBalancer', ports: [{ port: 81 }] });
    expect(service.spec).not.toHaveProperty('loadBalancerSourceRanges');
    expect(service.metadata.ownerReferences).toBeUndefined();
    expect(service.metadata.annotations).toMatchObject({ b: 'operator' });
    expect(service.metadata.annotations).not.toHaveProperty('evil');
    const ingress = await there('ingress', name);
    expect(ingress.spec).toMatchObject({ ingressClassName: 'public', tls: [{ secretName: 'tenants-tls' }] });
    expect(ingress.metadata.annotations).toMatchObject({ a: 'operator' });
    const route = await there('httproute', name);
    expect(route.spec.parentRefs).toMatchObject([{ namespace: 'gateways', name: 'public', sectionName: 'https' }]);
    expect((await cloud.read('tenant')).metadata.finalizers).toEqual(['sluice/exposure']);
    await cloud.shown('tenant', { exposed: 'False PendingAddress', url: 'https://a.tenants.example.com' });
  });

  it.each([
    ['another host', { ingress: { host: 'hooks.example.com' } }, /does not allow hooks.example.com/],
    ['two labels for one', { ingress: { host: 'a.b.tenants.example.com' } }, /does not allow a.b.tenants/],
    ['a wildcard', { ingress: { host: '*.tenants.example.com' } }, /does not allow \*/],
    ['no host, which is all of them', { ingress: {} }, /ingress.host: name a host/],
    ['a route for every host', { httpRoute: {} }, /httpRoute.hostnames: name a host/],
  ])('is refused %s', async (what, exposure, message) => {
    const name = what.replaceAll(/\W+/g, '-');
    await cloud.receiver(name, { exposure });
    await cloud.shown(name, { exposed: 'False ExposureForbidden', message });
    expect(await cloud.get('ingress', nameOf(name, world.namespace))).toBeUndefined();
  });

  it('is let go once its objects are gone: with its request, and with itself', async () => {
    const name = nameOf('tenant', world.namespace);
    await cloud.receiver('tenant');
    await gone('service', name);
    await waitFor('no finalizer', async () => (await cloud.read('tenant')).metadata.finalizers === undefined);
    await cloud.receiver('tenant', { exposure: { service: {} } });
    await there('service', name);
    await world.kubectl('delete', 'receiver', 'tenant', '--timeout=30s');
    expect(await cloud.get('service', name)).toBeUndefined();
  });

  it('that was deleted while no operator ran is let go by the next one', async () => {
    await cloud.receiver('orphan', { exposure: { service: {} } });
    const name = nameOf('orphan', world.namespace);
    await there('service', name);
    await world.operator.stop();
    await world.kubectl('delete', 'receiver', 'orphan', '--wait=false');
    expect(await cloud.get('service', name)).toBeDefined();
    await world.restart();
    await gone('service', name);
    await waitFor(
      'its end',
      async () => (await world.kubectl('get', 'receiver', 'orphan', '--ignore-not-found')) === '',
    );
  });
});

describe('objects that are as they should be', () => {
  it('cost nothing, also over a restart', async () => {
    const receivers = async () => {
      const namespaces = [OPERATOR_NAMESPACE, world.namespace];
      const list = (where: string) => world.objects.list<Seen>(RECEIVER_API_VERSION, RECEIVER_KIND, where);
      return (await Promise.all(namespaces.map(list))).flat();
    };
    const all = async () => [
      ...(await receivers()),
      ...(await cloud.list('ingress')),
      ...(await cloud.list('service')),
    ];
    const versions = async () => (await all()).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
    await shown('routed', { exposed: 'True Exposed' });
    const before = await versions();
    await world.restart();
    const { length } = await receivers();
    for (const queue of ['receiver', 'exposure']) await reconciled(world, queue, length);
    expect(await versions()).toEqual(before);
    expect(await requestsSent(world, 'PATCH')).toBe(0);
  });

  it('leave no path in the log', async () => {
    expect(JSON.stringify(await world.log())).not.toMatch(/\/hook\/[0-9a-f]/);
  });
});
