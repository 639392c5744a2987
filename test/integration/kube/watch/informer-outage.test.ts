import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../../control-plane/start.ts';
import type { KubeClient } from '../../../../operator/kube/kube-client.ts';
import { freshNamespace, ownControlPlane } from '../../../support/control-plane.ts';
import { configMapWriter, type InformerLog, startInformer } from '../../../support/informer-log.ts';
import { kubeClientFor } from '../../../support/kube-client-for.ts';
import { createTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** Some pages of 500. */
const LARGE = 3_000;

let controlPlane: ControlPlane;
let admin: KubeClient;
let client: KubeClient;
let proxy: TcpProxy;
const started: InformerLog[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
  admin = kubeClientFor(controlPlane.adminKubeconfig);
  proxy = await createTcpProxy(controlPlane.url);
  client = kubeClientFor(controlPlane.adminKubeconfig, proxy.url);
});

afterAll(async () => {
  await Promise.all([admin.close(), client.close()]);
  await proxy.stop();
  await controlPlane.stop();
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ informer }) => informer.stop()));
});

async function start(options: Parameters<typeof startInformer>[1] = {}): Promise<InformerLog> {
  const log = startInformer(client, { fieldSelector: 'metadata.name!=kube-root-ca.crt', ...options });
  started.push(log);
  await log.informer.whenSynced();
  await waitFor('the watch', () => log.watches.length === 1);
  return log;
}

describe('an informer', () => {
  it('outlives the API server', async () => {
    const namespace = await freshNamespace(controlPlane);
    const maps = configMapWriter(admin, namespace);
    await maps.create('a', '1');
    const log = await start({ namespace });
    await controlPlane.killApiServer();
    await waitFor('failures', () => log.errors.length > 2);
    expect(log.errors.at(-1)).toMatchObject({ code: 'ConnectionError' });
    expect(log.informer.get(`${namespace}/a`)?.data?.value).toBe('1');
    await controlPlane.startApiServer();
    await maps.change('a', '2');
    await maps.create('b', '1');
    await waitFor('news', () => log.seen.includes('added b 1'));
    expect(log.seen).toEqual(['added a 1*', 'updated a 1>2', 'added b 1']);
  });

  it('lists anew when its past is gone, and tells what is different, and that alone', async () => {
    const namespace = await freshNamespace(controlPlane);
    const maps = configMapWriter(admin, namespace);
    for (const name of ['changed', 'deleted', 'recreated', 'same']) await maps.create(name, '1');
    const log = await start({ namespace });
    await proxy.refuse();
    await maps.change('changed', '2');
    await maps.remove('deleted');
    await maps.remove('recreated');
    await maps.create('recreated', '2');
    await maps.create('new', '2');
    // A new API server remembers nothing from before it began.
    await controlPlane.killApiServer();
    await controlPlane.startApiServer();
    await proxy.restore();
    await waitFor('the end of the past', () => log.lines.includes('ERROR 410'));
    await waitFor('the new list', () => log.seen.includes('deleted deleted 1'));
    expect(log.seen.slice(4)).toEqual([
      'updated changed 1>2',
      'added new 2',
      'deleted recreated 1',
      'added recreated 2',
      'deleted deleted 1',
    ]);
    expect(log.lists).toBe(2);
    await maps.change('same', '2');
    await waitFor('the watch after it', () => log.seen.includes('updated same 1>2'));
  });

  it(`takes ${LARGE} objects page by page, and misses no change made meanwhile`, async () => {
    const namespace = await freshNamespace(controlPlane);
    const maps = configMapWriter(admin, namespace);
    const names = Array.from({ length: LARGE }, (_, index) => `m${index}`);
    const rest = names.values();
    const worker = async (): Promise<void> => {
      for (const name of rest) await maps.create(name, '1');
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    let changing: Promise<unknown> | undefined;
    const seen: string[] = [];
    const log = await start({
      namespace,
      onEvent(event) {
        if (event.type !== 'added' || !event.initial) seen.push(`${event.type} ${event.object.metadata.name}`);
        // In the middle of the list, on pages that are read and pages that are not.
        changing ??= Promise.all([
          maps.change('m0', '2'),
          maps.change('m999', '2'),
          maps.remove('m1'),
          maps.create('z', '1'),
        ]);
      },
    });
    await changing;
    await waitFor('the changes', () => seen.length >= 4);
    expect(seen.toSorted()).toEqual(['added z', 'deleted m1', 'updated m0', 'updated m999']);
    expect([...log.informer.values()]).toHaveLength(LARGE);
    expect(log.lists).toBe(LARGE / 500);
    const stored = new Set(Array.from(log.informer.values(), ({ metadata }) => metadata.name));
    expect(names.filter((name) => !stored.has(name))).toEqual(['m1']);
  });
});
