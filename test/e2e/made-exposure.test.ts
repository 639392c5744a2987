// spec.exposure of Receivers in the operator's own namespace: every door is made, followed, kept and ended, on a real API
// server whose cloud is this test.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { doorName } from '../../operator/exposure/made/exposure-object.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { createDoors, type Doors, OPERATOR_NAMESPACE, requestsSent } from '../support/exposure.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

let controlPlane: ControlPlane;
let world: World;
let doors: Doors;

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane);
  doors = createDoors(world);
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
});

const nameOf = (name: string, namespace = OPERATOR_NAMESPACE) => doorName({ namespace, name });
const want = (name: string, exposure: object | undefined) =>
  doors.receiver(name, { namespace: OPERATOR_NAMESPACE, ...(exposure === undefined ? {} : { exposure }) });
const shown = (name: string, expected: Parameters<Doors['shown']>[1]) =>
  doors.shown(name, expected, OPERATOR_NAMESPACE);
const pathOf = async (name: string) => (await doors.read(name, OPERATOR_NAMESPACE)).status?.webhookPath ?? '';
const there = (kind: string, name: string) => waitFor(`${kind} ${name}`, () => doors.get(kind, name));
const gone = (kind: string, name: string) =>
  waitFor(`the end of ${kind} ${name}`, async () => (await doors.get(kind, name)) === undefined);
const pathsOf = async (name: string): Promise<string[]> =>
  (await doors.get('ingress', nameOf(name)))?.spec.rules[0].http.paths.map(({ path }: { path: string }) => path) ?? [];

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
    await doors.address('service', nameOf('lb'), { ip: '203.0.113.20' });
    await doors.kubectl('wait', '--for=condition=Exposed', 'receiver/lb', '--timeout=30s');
    const { status } = await shown('lb', { exposed: 'True DoorOpen', url: 'http://203.0.113.20:8080' });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('is no other Receiver’s', async () => {
    await want('neighbour', undefined);
    const { status } = await shown('neighbour', { exposed: 'False NoDoor' });
    expect(status?.urls).toHaveLength(1);
  });

  it('follows what is asked for, and an annotation that is asked for no more goes', async () => {
    await want('lb', { service: { port: 9090 } });
    await shown('lb', { url: 'http://203.0.113.20:9090' });
    expect((await there('service', nameOf('lb'))).metadata.annotations).not.toHaveProperty('example.com/cost');
  });

  it('comes back when it was deleted, and as it was when it was edited by hand', async () => {
    const { metadata } = await there('service', nameOf('lb'));
    await doors.kubectl('delete', 'service', nameOf('lb'));
    await waitFor('another Service', async () => {
      const { uid = metadata.uid } = (await doors.get('service', nameOf('lb')))?.metadata ?? {};
      return uid !== metadata.uid;
    });
    await doors.kubectl('patch', 'service', nameOf('lb'), '--type=merge', '-p', '{"spec":{"selector":{"app":"else"}}}');
    await waitFor('the selector', async () => {
      const { selector } = (await doors.get('service', nameOf('lb')))?.spec ?? {};
      return selector !== undefined && !('app' in selector) && selector['app.kubernetes.io/name'] === 'sluice';
    });
  });

  it('goes with what asked for it', async () => {
    await want('lb', undefined);
    await gone('service', nameOf('lb'));
    await shown('lb', { exposed: 'False NoDoor', url: '' });
    await want('brief', { service: { type: 'ClusterIP' } });
    await shown('brief', { exposed: 'False NoDoor' });
    await there('service', nameOf('brief'));
    await doors.kubectl('delete', 'receiver', 'brief');
    await gone('service', nameOf('brief'));
  });

  it('of somebody else is never taken over', async () => {
    const foreign = { type: 'ClusterIP', ports: [{ port: 1 }] };
    await doors.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'theirs' }, spec: foreign });
    const before = await there('service', 'theirs');
    await want('greedy', { service: { name: 'theirs' } });
    await shown('greedy', {
      exposed: 'False Conflict',
      message: /Service flux-system\/theirs exists and was not made by/,
    });
    expect(await there('service', 'theirs')).toEqual(before);
    await doors.kubectl('delete', 'service', 'theirs');
    const service = await waitFor('ours', async () => {
      const found = await doors.get('service', 'theirs');
      return found?.spec.type === 'LoadBalancer' && found;
    });
    expect(service.metadata.annotations?.['sluice/receiver']).toBe(`${OPERATOR_NAMESPACE}/greedy`);
    await doors.kubectl('delete', 'receiver', 'greedy');
    await gone('service', 'theirs');
  });

  it('that the API server refuses is told with its words', async () => {
    await want('refused', { service: { type: 'NodePort', nodePort: 1 } });
    await shown('refused', { exposed: 'False Invalid', message: /valid ports is 30000-32767/ });
    await doors.kubectl('delete', 'receiver', 'refused');
  });
});

describe('a Service that Receivers share', () => {
  const shared = { service: { name: 'shared', type: 'LoadBalancer' } };
  const owners = async () =>
    (await doors.get('service', 'shared'))?.metadata.ownerReferences?.map(({ name }) => name).sort() ?? [];

  it('belongs to all of them, and gives each its URL', async () => {
    await want('one', shared);
    await there('service', 'shared');
    await sleep(1_100);
    await want('two', shared);
    await waitFor('both owners', async () => (await owners()).join() === 'one,two');
    await doors.address('service', 'shared', { hostname: 'shared.example.com' });
    await shown('one', { exposed: 'True DoorOpen', url: 'http://shared.example.com' });
    await shown('two', { exposed: 'True DoorOpen', url: 'http://shared.example.com' });
  });

  it('is as the oldest wants it; who wants another one is told so', async () => {
    await sleep(1_100);
    await want('three', { service: { name: 'shared', type: 'LoadBalancer', port: 81 } });
    await shown('three', { exposed: 'False Conflict', message: /as Receiver flux-system\/one wants it/ });
    expect(await owners()).toEqual(['one', 'two']);
  });

  it('passes to the next when one goes', async () => {
    await doors.kubectl('delete', 'receiver', 'one', 'two');
    await waitFor(
      'the third’s own wish',
      async () => (await doors.get('service', 'shared'))?.spec.ports[0].port === 81,
    );
    await waitFor('its owner', async () => (await owners()).join() === 'three');
  });

  it('is as who is left wants it, also after the last words of one who is gone', async () => {
    const late = [
      { op: 'replace', path: '/metadata/annotations/sluice~1receiver', value: `${OPERATOR_NAMESPACE}/two` },
      { op: 'replace', path: '/spec/ports/0/port', value: 80 },
    ];
    await doors.kubectl('patch', 'service', 'shared', '--type=json', '-p', JSON.stringify(late));
    await waitFor('the third’s own wish', async () => {
      const { spec, metadata } = await there('service', 'shared');
      return spec.ports[0].port === 81 && metadata.annotations?.['sluice/receiver'] === `${OPERATOR_NAMESPACE}/three`;
    });
  });

  it('that is no longer marked as ours is told as somebody else’s, and is ours again when it is gone', async () => {
    await doors.kubectl('annotate', 'service', 'shared', 'sluice/receiver-');
    await shown('three', { exposed: 'False Conflict', message: /was not made by the operator/ });
    await doors.kubectl('delete', 'service', 'shared');
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
    const { status } = await shown('routed', { exposed: 'True DoorOpen', url: 'https://hooks.example.com' });
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
    await doors.apply({
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

  it('goes and comes with the path, and stays while the Receiver is suspended', async () => {
    const exposure = { ingress: { host: 'hooks.example.com' } };
    await doors.receiver('routed', { namespace: OPERATOR_NAMESPACE, exposure, suspend: true });
    // The Secret is the first one again.
    await waitFor('one path', async () => (await pathsOf('routed')).length === 1);
    await want('routed', exposure);
    await doors.kubectl('delete', 'secret', 'routed');
    await gone('ingress', nameOf('routed'));
    await shown('routed', { exposed: 'False NoDoor', message: /no webhook path/ });
    await want('routed', exposure);
    await shown('routed', { exposed: 'True DoorOpen', url: 'http://hooks.example.com' });
  });

  it('waits for an address where it has no host', async () => {
    await want('hostless', { ingress: {} });
    await shown('hostless', { exposed: 'False PendingAddress', message: /Ingress .* has no address yet/ });
    await doors.address('ingress', nameOf('hostless'), { ip: '203.0.113.40' });
    await shown('hostless', { exposed: 'True DoorOpen', url: 'http://203.0.113.40' });
    await doors.kubectl('delete', 'receiver', 'hostless');
    await gone('ingress', nameOf('hostless'));
  });

  it('says so when there is nothing to lead to', async () => {
    const service = await doors.kubectl('get', 'service', 'webhook-receiver', '-o', 'json');
    await doors.kubectl('delete', 'service', 'webhook-receiver');
    await want('nowhere', { ingress: { host: 'nowhere.example.com' } });
    await shown('nowhere', { exposed: 'False BackendMissing', message: /no Service flux-system\/webhook-receiver/ });
    const { metadata, spec, ...rest } = JSON.parse(service);
    const again = {
      ...rest,
      metadata: { name: metadata.name, labels: metadata.labels },
      spec: { ...spec, clusterIP: undefined, clusterIPs: undefined },
    };
    await doors.apply(again);
    await shown('nowhere', { exposed: 'True DoorOpen', url: 'http://nowhere.example.com' });
  });
});

describe('an operator that may not make it', () => {
  it('says what it lacks, and goes on', async () => {
    const role = JSON.parse(await doors.kubectl('get', 'role', 'sluice', '-o', 'json')) as { rules: object[] };
    const without = role.rules.filter((rule) => !JSON.stringify(rule).includes('ingresses'));
    await doors.kubectl('patch', 'role', 'sluice', '--type=merge', '-p', JSON.stringify({ rules: without }));
    await want('forbidden', { ingress: { host: 'forbidden.example.com' } });
    await shown('forbidden', { exposed: 'False AccessDenied', message: /Ingress flux-system\/\S+ may not be made: / });
    await doors.kubectl('patch', 'role', 'sluice', '--type=merge', '-p', JSON.stringify({ rules: role.rules }));
    await want('forbidden', { ingress: { host: 'allowed.example.com' } });
    await shown('forbidden', { exposed: 'True DoorOpen', url: 'http://allowed.example.com' });
  });
});

describe('an HTTPRoute', () => {
  const exposure = {
    httpRoute: { parentRefs: [{ name: 'public', sectionName: 'https' }], hostnames: ['gw.example.com'] },
  };
  const accept = (name: string, status: string, message = '') =>
    doors.status('httproute', nameOf(name), {
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
    await doors.apply(gateway(443));
    await accept('gateway', 'True');
    await shown('gateway', { exposed: 'True DoorOpen', url: 'https://gw.example.com' });
    await doors.apply(gateway(8443));
    await shown('gateway', { url: 'https://gw.example.com:8443' });
  });

  it('is kept as it should be, and ends with its Receiver', async () => {
    const path = await pathOf('gateway');
    const patch = '{"spec":{"rules":[]}}';
    await doors.kubectl('patch', 'httproute', nameOf('gateway'), '--type=merge', '-p', patch);
    await waitFor('its rule', async () => {
      const route = await doors.get('httproute', nameOf('gateway'));
      return route?.spec.rules[0]?.matches[0].path.value === path;
    });
    await doors.kubectl('delete', 'receiver', 'gateway');
    await gone('httproute', nameOf('gateway'));
  });
});

describe('a Receiver outside of the operator’s namespace', () => {
  it('may ask for nothing, unless the operator says so, and goes on working', async () => {
    await doors.receiver('tenant', { exposure: { service: {}, ingress: { host: 'hooks.example.com' } } });
    const { status, metadata } = await doors.shown('tenant', {
      exposed: 'False ExposureForbidden',
      message: /Service: .*--tenant-exposure.*; Ingress: /,
    });
    expect(metadata.finalizers).toBeUndefined();
    expect(await doors.get('service', nameOf('tenant', world.namespace))).toBeUndefined();
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
    await doors.receiver('tenant', {
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
    expect((await doors.read('tenant')).metadata.finalizers).toEqual(['sluice/exposure']);
    await doors.shown('tenant', { exposed: 'False PendingAddress', url: 'https://a.tenants.example.com' });
  });

  it.each([
    ['another host', { ingress: { host: 'hooks.example.com' } }, /does not allow hooks.example.com/],
    ['two labels for one', { ingress: { host: 'a.b.tenants.example.com' } }, /does not allow a.b.tenants/],
    ['a wildcard', { ingress: { host: '*.tenants.example.com' } }, /does not allow \*/],
    ['no host, which is all of them', { ingress: {} }, /ingress.host: name a host/],
    ['a route for every host', { httpRoute: {} }, /httpRoute.hostnames: name a host/],
  ])('is refused %s', async (what, exposure, message) => {
    const name = what.replaceAll(/\W+/g, '-');
    await doors.receiver(name, { exposure });
    await doors.shown(name, { exposed: 'False ExposureForbidden', message });
    expect(await doors.get('ingress', nameOf(name, world.namespace))).toBeUndefined();
  });

  it('is let go once its doors are gone: with its wish, and with itself', async () => {
    const name = nameOf('tenant', world.namespace);
    await doors.receiver('tenant');
    await gone('service', name);
    await waitFor('no finalizer', async () => (await doors.read('tenant')).metadata.finalizers === undefined);
    await doors.receiver('tenant', { exposure: { service: {} } });
    await there('service', name);
    await world.kubectl('delete', 'receiver', 'tenant', '--timeout=30s');
    expect(await doors.get('service', name)).toBeUndefined();
  });

  it('that was deleted while no operator ran is let go by the next one', async () => {
    await doors.receiver('orphan', { exposure: { service: {} } });
    const name = nameOf('orphan', world.namespace);
    await there('service', name);
    await world.operator.stop();
    await world.kubectl('delete', 'receiver', 'orphan', '--wait=false');
    expect(await doors.get('service', name)).toBeDefined();
    await world.restart();
    await gone('service', name);
    await waitFor(
      'its end',
      async () => (await world.kubectl('get', 'receiver', 'orphan', '--ignore-not-found')) === '',
    );
  });
});

describe('doors that are as they should be', () => {
  it('cost nothing, also over a restart', async () => {
    await world.restart();
    await shown('routed', { exposed: 'True DoorOpen' });
    await sleep(2_000);
    const patches = await requestsSent(world, 'PATCH');
    const versions = async () => (await doors.list('ingress,service')).map(({ metadata }) => metadata.resourceVersion);
    const before = await versions();
    await sleep(2_000);
    expect(await versions()).toEqual(before);
    expect((await requestsSent(world, 'PATCH')) - patches).toBe(0);
  });

  it('leave no path in the log', async () => {
    expect(JSON.stringify(await world.log())).not.toMatch(/\/hook\/[0-9a-f]/);
  });
});
