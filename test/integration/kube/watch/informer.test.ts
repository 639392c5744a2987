import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import { ApiError } from '../../../../operator/kube/api-error.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { freshNamespace, sharedControlPlane } from '../../../support/control-plane.ts';
import { type ConfigMap, configMapWriter, type InformerLog, startInformer } from '../../../support/informer-log.ts';
import { kubeClientFor } from '../../../support/kube-client-for.ts';
import { createTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';
import { waitFor } from '../../../support/wait-for.ts';

let controlPlane: ControlPlane;
let admin: KubeClient;
/** Behind a proxy: the informers' own way to the API server. */
let client: KubeClient;
let proxy: TcpProxy;
let namespace: string;
let maps: ReturnType<typeof configMapWriter>;
const started: InformerLog[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  admin = kubeClientFor(controlPlane.adminKubeconfig);
});

afterAll(() => admin.close());

beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
  maps = configMapWriter(admin, namespace);
  proxy = await createTcpProxy(controlPlane.url);
  client = kubeClientFor(controlPlane.adminKubeconfig, proxy.url);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ informer }) => informer.stop()));
  await client.close();
  await proxy.stop();
});

// What a namespace is born with is none of the tests' business.
const OURS = 'metadata.name!=kube-root-ca.crt';

function start(options: Parameters<typeof startInformer>[1] = {}, as = client): InformerLog {
  const log = startInformer(as, { namespace, fieldSelector: OURS, ...options });
  started.push(log);
  return log;
}

async function allowToRead(user: string): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = { name: 'read-config-maps', namespace };
  const role = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }],
  };
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name: metadata.name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  };
  await controlPlane.apply(JSON.stringify(role));
  await controlPlane.apply(JSON.stringify(binding));
}

const seen = (log: InformerLog, text: string): Promise<boolean> => waitFor(text, () => log.seen.includes(text));

describe('an informer', () => {
  it('tells the first list, then each change once, and keeps what is there', async () => {
    await maps.create('a', '1');
    await maps.create('b', '1');
    const log = start();
    expect(log.informer.hasSynced).toBe(false);
    await log.informer.whenSynced();
    expect(log.informer.hasSynced).toBe(true);
    expect(log.seen).toEqual(['added a 1*', 'added b 1*']);
    await maps.create('c', '1');
    await maps.change('a', '2');
    await maps.change('b', '1');
    await maps.remove('b');
    await seen(log, 'deleted b 1');
    expect(log.seen.slice(2)).toEqual(['added c 1', 'updated a 1>2', 'deleted b 1']);
    expect([...log.informer.values()].map(({ metadata, data }) => `${metadata.name} ${data?.value}`)).toEqual([
      'a 2',
      'c 1',
    ]);
    expect(log.informer.get(`${namespace}/a`)?.data).toEqual({ value: '2' });
    expect(log.errors).toEqual([]);
  });

  it('says of listed objects what they are, though the API server does not', async () => {
    await maps.create('a', '1');
    const { informer } = start();
    await informer.whenSynced();
    expect(informer.get(`${namespace}/a`)).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('syncs on an empty collection, page by page on a large one', async () => {
    const empty = start();
    await empty.informer.whenSynced();
    expect([...empty.informer.values()]).toEqual([]);
    for (let i = 0; i < 7; i += 1) await maps.create(`m${i}`, '1');
    const paged = start({ pageSize: 3 });
    await paged.informer.whenSynced();
    expect([...paged.informer.values()]).toHaveLength(7);
    expect(paged.lists).toBe(3);
  });

  it('follows labels: what leaves the selection is deleted, what enters it is added', async () => {
    await maps.create('in', '1', { team: 'blue' });
    await maps.create('out', '1');
    const log = start({ labelSelector: 'team=blue' });
    await log.informer.whenSynced();
    await maps.change('out', '2', { team: 'blue' });
    await seen(log, 'added out 2');
    await maps.change('in', '2', { team: null });
    await waitFor('deletion', () => log.seen.some((line) => line.startsWith('deleted in')));
    expect([...log.informer.values()].map(({ metadata }) => metadata.name)).toEqual(['out']);
  });

  it('follows a field selector', async () => {
    await maps.create('a', '1');
    await maps.create('b', '1');
    const log = start({ fieldSelector: 'metadata.name=b' });
    await log.informer.whenSynced();
    await maps.change('a', '2');
    await maps.change('b', '2');
    await seen(log, 'updated b 1>2');
    expect(log.seen).toEqual(['added b 1*', 'updated b 1>2']);
  });

  it('asks for metadata only, in the list and in the watch', async () => {
    await maps.create('listed', '1');
    const objects: ConfigMap[] = [];
    const log = start({ metadataOnly: true, onEvent: ({ object }) => void objects.push(object) });
    await log.informer.whenSynced();
    await maps.create('watched', '1');
    await waitFor('both', () => objects.length === 2);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['listed', 'watched']);
    for (const object of objects) expect(object).not.toHaveProperty('data');
  });

  it('goes on after a handler that throws', async () => {
    const seen: string[] = [];
    const { informer } = start({
      onEvent({ key }) {
        seen.push(key);
        throw new Error('a faulty handler');
      },
    });
    await informer.whenSynced();
    await maps.create('a', '1');
    await maps.create('b', '1');
    await waitFor('b', () => seen.length === 2);
    expect([...informer.values()]).toHaveLength(2);
  });

  it('waits for a kind that does not exist yet', async () => {
    const group = `${namespace}.example.com`;
    const type = { apiVersion: `${group}/v1`, plural: 'lamps', namespaced: true };
    const log = start({ type, fieldSelector: '' });
    await waitFor('refusals', () => log.errors.length > 2);
    expect(log.errors[0]).toMatchObject({ httpStatus: 404 });
    expect(log.informer.hasSynced).toBe(false);
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
    const names = { plural: 'lamps', singular: 'lamp', kind: 'Lamp' };
    const spec = { group, scope: 'Namespaced', names, versions: [version] };
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    await controlPlane.apply(JSON.stringify({ ...crd, metadata: { name: `lamps.${group}` }, spec }));
    await log.informer.whenSynced();
    const lamp = { apiVersion: `${group}/v1`, kind: 'Lamp', metadata: { name: 'a' }, data: { value: '1' } };
    await admin.request({ method: 'POST', path: `/apis/${group}/v1/namespaces/${namespace}/lamps`, body: lamp });
    await seen(log, 'added a 1');
  });

  it('waits for the right to list', async () => {
    await maps.create('a', '1');
    const user = `user-${namespace}`;
    const limited = kubeClientFor(await controlPlane.kubeconfigForUser(user));
    const log = start({}, limited);
    await waitFor('refusals', () => log.errors.length > 2);
    expect(log.errors[0]).toBeInstanceOf(ApiError);
    expect(log.errors[0]).toMatchObject({ httpStatus: 403, reason: 'Forbidden' });
    expect(log.informer.hasSynced).toBe(false);
    await allowToRead(user);
    await log.informer.whenSynced();
    expect(log.seen).toEqual(['added a 1*']);
    await log.informer.stop();
    await limited.close();
  });
});

describe('a watch', () => {
  it('that is cut goes on where it was: what happened meanwhile is delivered once, without a new list', async () => {
    await maps.create('a', '1');
    await maps.create('b', '1');
    const log = start();
    await log.informer.whenSynced();
    await waitFor('the watch', () => log.watches.length === 1 && proxy.open > 1);
    await proxy.refuse();
    await maps.change('a', '2');
    await maps.remove('b');
    await maps.create('c', '1');
    await waitFor('failures', () => log.errors.length > 1);
    await proxy.restore();
    await seen(log, 'added c 1');
    expect(log.seen.slice(2)).toEqual(['updated a 1>2', 'deleted b 1', 'added c 1']);
    expect(log.lists).toBe(1);
  });

  it('that is cut again and again loses nothing and tells nothing twice', async () => {
    const versions: string[] = [];
    const log = start({ onEvent: ({ object }) => void versions.push(object.metadata.resourceVersion ?? '') });
    await log.informer.whenSynced();
    const written: (string | undefined)[] = [];
    for (let i = 0; i < 60; i += 1) {
      const object = i < 6 ? await maps.create(`m${i}`, '0') : await maps.change(`m${i % 6}`, String(i));
      written.push(object.metadata.resourceVersion);
      if (i % 5 === 4) proxy.cut();
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await waitFor('all', () => versions.length >= written.length);
    await maps.create('last', '0');
    await waitFor('the last', () => versions.length > written.length);
    expect(versions.slice(0, -1)).toEqual(written);
    expect(log.watches.length).toBeGreaterThan(2);
  });

  it('that has become silent is given up and resumed', async () => {
    const log = start({ idleTimeoutMs: 1_000 });
    await log.informer.whenSynced();
    // A watch that was asked for and not yet answered has the time of any request.
    await maps.create('before', '1');
    await seen(log, 'added before 1');
    proxy.hold();
    await maps.create('a', '1');
    await waitFor('the failure', () => log.errors.length > 0);
    await proxy.restore();
    await seen(log, 'added a 1');
    expect(log.seen).toEqual(['added before 1', 'added a 1']);
    expect(log.lists).toBe(1);
  });

  it('begins anew from the last bookmark when its time is over', async () => {
    const elsewhere = configMapWriter(admin, await freshNamespace(controlPlane));
    const log = start({ watchTimeoutSeconds: 5 });
    await log.informer.whenSynced();
    const { metadata } = await elsewhere.create('other', '1');
    let writes = 0;
    // An API server marks the places of events only, here of those that this watch does not get.
    await waitFor('a second watch', async () => {
      writes += 1;
      await elsewhere.change('other', String(writes));
      return log.watches.length > 1;
    });
    expect(log.lines).toContain('BOOKMARK');
    expect(Number(log.watches[0])).toBeLessThan(Number(metadata.resourceVersion));
    expect(Number(log.watches[1])).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
    expect(log.lists).toBe(1);
    expect(log.errors).toEqual([]);
    expect(log.seen).toEqual([]);
  });
});

describe('stop', () => {
  it('ends the watch, and no event follows', async () => {
    const log = start();
    await log.informer.whenSynced();
    await waitFor('the watch', () => log.watches.length === 1 && proxy.open > 1);
    const open = proxy.open;
    await log.informer.stop();
    await waitFor('the end of its connection', () => proxy.open === open - 1);
    await maps.create('a', '1');
    await client.close();
    await waitFor('the end of all connections', () => proxy.open === 0);
    expect(log.seen).toEqual([]);
  });

  it('breaks off a list under way and a wait before the next attempt', async () => {
    proxy.hold();
    const listing = start();
    await waitFor('the list', () => proxy.opened > 0);
    await listing.informer.stop();
    await proxy.refuse();
    const waiting = start({ backoff: { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 } });
    await waitFor('the failure', () => waiting.errors.length > 0);
    await waiting.informer.stop();
    expect(listing.informer.hasSynced || waiting.informer.hasSynced).toBe(false);
  });
});
