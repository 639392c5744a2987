// The URLs in a Receiver's status: found wherever something leads to the operator, and followed as it changes.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../../operator/api/receiver/receiver.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { type Cloud, createCloud, requestsSent } from '../support/exposure.ts';
import type { KubeManifest } from '../support/objects-in.ts';
import { type ReceiverLog, watchReceivers } from '../support/receiver-log.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, TOKEN, type World } from '../support/world.ts';

let controlPlane: ControlPlane;
let world: World;
let cloud: Cloud;

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane, { args: ['--shutdown-delay=0s', '--log-level=debug'] });
  cloud = createCloud(world);
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
});
afterEach(async () => {
  await cloud.kubectl('delete', 'service,ingress', '-l', 'test=found', '--ignore-not-found');
});

const INSIDE = 'http://webhook-receiver.flux-system.svc.cluster.local';
const urlsOf = async (name: string) => (await cloud.read(name)).status?.urls?.map(({ type, url }) => `${type} ${url}`);

async function expose(name: string, type: string): Promise<void> {
  const args = ['--name', name, '--port', '80', '--target-port', '9292', '--type', type, '-l', 'test=found'];
  await cloud.kubectl('expose', 'deployment', 'sluice', ...args);
}

async function ingress(name: string, host: string, path: string, more: object = {}, annotations: object = {}) {
  const backend = { service: { name: 'webhook-receiver', port: { number: 80 } } };
  await cloud.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, labels: { test: 'found' }, annotations },
    spec: { rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend }] } }], ...more },
  } as KubeManifest);
}

describe('the URLs of a Receiver', () => {
  it('are the one from inside where nothing else leads here', async () => {
    await cloud.receiver('inside');
    const { status } = await cloud.shown('inside', { exposed: 'False NotExposed', url: '' });
    expect(status?.urls).toEqual([{ type: 'Internal', url: `${INSIDE}${status?.webhookPath}` }]);
  });

  it('follow the guide’s kubectl expose from its address to its end, and print in a column', async () => {
    await cloud.receiver('guide');
    await cloud.shown('guide', { exposed: 'False NotExposed' });
    await expose('receiver', 'LoadBalancer');
    await cloud.address('service', 'receiver', { ip: '203.0.113.7' });
    await world.kubectl('wait', '--for=condition=Exposed', 'receiver/guide', '--timeout=600s');
    const { status } = await cloud.shown('guide', { exposed: 'True Exposed', url: 'http://203.0.113.7' });
    const table = await world.kubectl('get', 'receivers', 'guide');
    expect(table.split('\n')[1]?.trim().endsWith(`http://203.0.113.7${status?.webhookPath}`)).toBe(true);
    await cloud.address('service', 'receiver', { hostname: 'lb.example.com' });
    await cloud.shown('guide', { url: 'http://lb.example.com' });
    await cloud.kubectl('delete', 'service', 'receiver');
    await cloud.shown('guide', { exposed: 'False NotExposed', url: '' });
  });

  it('follow an Ingress that somebody wrote, and its TLS', async () => {
    await cloud.receiver('behind');
    await ingress('front', 'hooks.example.com', '/hook');
    await cloud.shown('behind', {
      exposed: 'False PendingAddress',
      message: /Ingress flux-system\/front has no address/,
    });
    await cloud.address('ingress', 'front', { ip: '203.0.113.8' });
    await cloud.shown('behind', { exposed: 'True Exposed', url: 'http://hooks.example.com' });
    await ingress('front', 'hooks.example.com', '/hook', { tls: [{ hosts: ['hooks.example.com'], secretName: 'x' }] });
    const message = /needs the TLS Secret flux-system\/x, which does not exist/;
    await cloud.shown('behind', { exposed: 'False CertificateMissing', message });
    await cloud.kubectl('create', 'secret', 'generic', 'x');
    await cloud.shown('behind', { exposed: 'True Exposed', url: 'https://hooks.example.com' });
    await cloud.kubectl('delete', 'secret', 'x');
    await cloud.shown('behind', { exposed: 'False CertificateMissing', message });
    await ingress('front', 'hooks.example.com', '/elsewhere');
    await cloud.shown('behind', { url: '' });
  });

  it('leave out an Ingress that rewrites the path, until it keeps it', async () => {
    await cloud.receiver('rewritten');
    const annotation = (value: string) => ({ 'nginx.ingress.kubernetes.io/rewrite-target': value });
    await ingress('rewrites', 'rewrite.example.com', '/', {}, annotation('/'));
    await cloud.address('ingress', 'rewrites', { ip: '203.0.113.8' });
    const message = /Ingress flux-system\/rewrites changes the path .* nginx\.ingress\.kubernetes\.io\/rewrite-target/;
    await cloud.shown('rewritten', { exposed: 'False PathRewritten', url: '', message });
    await ingress('rewrites', 'rewrite.example.com', '/(.*)', {}, annotation('/$1'));
    await cloud.shown('rewritten', { exposed: 'True Exposed', url: 'http://rewrite.example.com' });
  });

  it('leave out a port that a load balancer reports as failed', async () => {
    await cloud.receiver('half-open');
    await expose('half-open', 'LoadBalancer');
    const report = (error?: string) => {
      const ports = [{ port: 80, protocol: 'TCP', ...(error === undefined ? {} : { error }) }];
      return cloud.status('service', 'half-open', {
        loadBalancer: { ingress: [{ hostname: 'x.example.com', ports }] },
      });
    };
    await report('example.com/QuotaExceeded');
    await cloud.shown('half-open', {
      exposed: 'False LoadBalancerFailed',
      url: '',
      message: /QuotaExceeded for port 80/,
    });
    await report();
    await cloud.shown('half-open', { exposed: 'True Exposed', url: 'http://x.example.com' });
  });

  it('move with the token, and go with it', async () => {
    await cloud.receiver('moved');
    await ingress('moving', 'moved.example.com', '/');
    const before = await cloud.shown('moved', { url: 'http://moved.example.com' });
    await world.secret('moved', { token: 'rotated' });
    const after = await waitFor('the moved path', async () => {
      const receiver = await cloud.read('moved');
      return receiver.status?.webhookPath !== before.status?.webhookPath && receiver;
    });
    expect(after.status?.url).toBe(`http://moved.example.com${after.status?.webhookPath}`);
    await world.kubectl('delete', 'secret', 'moved');
    const { status } = await cloud.shown('moved', { exposed: 'False NotExposed', url: '', message: /no webhook path/ });
    expect(status?.urls).toBeUndefined();
  });

  it('have a node’s address once nodes may be read', async () => {
    await cloud.receiver('by-node');
    await expose('by-node', 'NodePort');
    await waitFor('the Service', async () => (await urlsOf('by-node'))?.some((url) => url.includes('//by-node.')));
    expect(await urlsOf('by-node')).not.toContainEqual(expect.stringContaining('NodePort'));
    await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }));
    await cloud.status('node', 'n1', { addresses: [{ type: 'InternalIP', address: '10.1.1.1' }] });
    await cloud.kubectl('create', 'clusterrole', 'nodes', '--verb=get,list,watch', '--resource=nodes');
    await cloud.kubectl(
      'create',
      'clusterrolebinding',
      'nodes',
      '--clusterrole=nodes',
      '--serviceaccount=flux-system:sluice',
    );
    const port = await cloud.kubectl('get', 'service', 'by-node', '-o', 'jsonpath={.spec.ports[0].nodePort}');
    await cloud.shown('by-node', { url: `http://10.1.1.1:${port}` });
    await cloud.status('node', 'n1', { addresses: [{ type: 'ExternalIP', address: '192.0.2.1' }] });
    await cloud.shown('by-node', { url: `http://192.0.2.1:${port}` });
  });
});

describe('what is not there', () => {
  it('is logged once for each kind, as information', async () => {
    const said = async () =>
      (await world.log()).filter(
        ({ msg, reason }) =>
          msg === 'resource not served by the API server: going on without it, and checking again' && reason !== '',
      );
    // Gateways are watched from the first route on; nodes were, and could not be read.
    const resources = (await said()).map(({ resource }) => resource);
    expect([...new Set(resources)].toSorted()).toEqual(['httproutes', 'nodes']);
    expect(resources).toHaveLength(new Set(resources).size);
    const optional = ['httproutes', 'nodes', 'gateways'];
    const missing = ['no such kind', 'may not read'];
    const complaints = (await world.log()).filter(
      ({ level, resource, error }) =>
        (level === 'warn' || level === 'error') &&
        optional.includes(String(resource)) &&
        missing.some((part) => JSON.stringify(error ?? '').includes(part)),
    );
    expect(complaints).toEqual([]);
  });
});

describe('a Service that changes for many Receivers', () => {
  const COUNT = 300;
  const names = Array.from({ length: COUNT }, (_, index) => `many-${index}`);
  let log: ReceiverLog;

  afterAll(() => log?.stop());

  /** Gives the Service an address, and waits until each Receiver shows it. */
  async function move(ip: string): Promise<void> {
    await cloud.address('service', 'for-many', { ip });
    await waitFor(`each at ${ip}`, () => showing(ip).size === COUNT);
  }
  const showing = (ip: string) =>
    new Set(
      log.changes
        .filter(({ metadata: { name }, status }) => name.startsWith('many-') && status?.url?.includes(ip))
        .map(({ metadata: { name } }) => name),
    );

  it('costs one write each, which keep no other waiting; a change that shows nowhere costs none', async () => {
    await world.secret('many', { token: TOKEN });
    log = await watchReceivers(controlPlane.adminKubeconfig, world.namespace);
    const spec = { type: 'generic', secretRef: { name: 'many' }, resources: [] };
    await Promise.all(names.map((name) => world.receiver(name, spec)));
    await expose('for-many', 'LoadBalancer');
    await move('203.0.113.8');

    const begin = log.changes.length;
    const patchesBefore = await requestsSent(world, 'PATCH');
    await Promise.all([move('203.0.113.9'), world.receiver('newcomer', spec)]);
    const changes = log.changes.slice(begin);
    const readyAt = changes.findIndex(
      (change) => change.metadata.name === 'newcomer' && conditionOf(change, 'Ready')?.status === 'True',
    );
    expect(readyAt).toBeGreaterThan(0);
    expect(readyAt).toBeLessThan(COUNT);

    await cloud.kubectl('annotate', 'service', 'for-many', 'note=changed');
    await world.settled();
    // Would the annotation have led to writes, they came before those of another address.
    await move('203.0.113.10');
    const patches = (await requestsSent(world, 'PATCH')) - patchesBefore;
    const writes = new Map(names.map((name) => [name, 0]));
    for (const { metadata } of log.changes.slice(begin)) {
      const { name } = metadata;
      if (writes.has(name)) writes.set(name, (writes.get(name) ?? 0) + 1);
    }
    expect([...writes].filter(([, count]) => count !== 2)).toEqual([]);
    // Nor does a request change nothing: the others have two as well, and an event of a new one may be one.
    const { length } = await world.objects.list(RECEIVER_API_VERSION, RECEIVER_KIND);
    expect(patches).toBeLessThanOrEqual(2 * length + 3);
  });
});
