import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ControlPlane } from '../../../control-plane/start.ts';
import type { KubeClient } from '../../../operator/kube/kube-client.ts';
import { type OnEvent, type ResourceEvent, ResourceEventType } from '../../../operator/kube/operator-base.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { configMapWriter } from '../../support/informer-log.ts';
import { kubeClientFor } from '../../support/kube-client-for.ts';
import { ProbeOperator, type ProbeOptions } from '../../support/probe-operator.ts';
import { createTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

const GROUP = 'source.toolkit.fluxcd.io';
const CONFIG_MAPS = { apiVersion: 'v1', plural: 'configmaps', namespaced: true };
const LAMPS = { apiVersion: 'example.com/v1', plural: 'lamps', namespaced: true };
const REPOSITORIES = { apiVersion: `${GROUP}/v1`, plural: 'gitrepositories', namespaced: true };

let controlPlane: ControlPlane;
let admin: KubeClient;
let proxy: TcpProxy;
let namespace: string;
let maps: ReturnType<typeof configMapWriter>;
const operators: ProbeOperator[] = [];

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  admin = kubeClientFor(controlPlane.adminKubeconfig);
});

afterAll(() => admin.close());

beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
  maps = configMapWriter(admin, namespace);
  proxy = await createTcpProxy(controlPlane.url);
  const file = join(controlPlane.dir, `${randomUUID()}.kubeconfig`);
  writeFileSync(file, readFileSync(controlPlane.adminKubeconfig, 'utf8').replaceAll(controlPlane.url, proxy.url));
  vi.stubEnv('KUBECONFIG', file);
});

afterEach(async () => {
  await Promise.all(operators.splice(0).map((operator) => operator.stop()));
  await proxy.stop();
  vi.unstubAllEnvs();
});

async function start(init: ProbeOptions['init'], concurrent?: number): Promise<ProbeOperator> {
  const operator = new ProbeOperator({ init, ...(concurrent === undefined ? {} : { concurrent }) });
  operators.push(operator);
  await operator.start();
  return operator;
}

/** Watches the ConfigMaps of the namespace; `seen` has `type name value` of each call of the handler. */
async function watchMaps(
  handle: (text: string, event: ResourceEvent) => ReturnType<OnEvent> = async () => undefined,
  concurrent?: number,
): Promise<{ operator: ProbeOperator; seen: string[]; events: ResourceEvent[] }> {
  const seen: string[] = [];
  const events: ResourceEvent[] = [];
  const onEvent = async (event: ResourceEvent) => {
    if (event.meta.name === 'kube-root-ca.crt') return;
    const text = `${event.type} ${event.meta.name} ${(event.object as { data?: { value?: string } }).data?.value}`;
    seen.push(text);
    events.push(event);
    return handle(text, event);
  };
  const operator = await start((probe) => probe.watch('', 'v1', 'configmaps', onEvent, namespace), concurrent);
  return { operator, seen, events };
}

describe('a watched resource', () => {
  it('has its objects handled: those that are there, and each change', async () => {
    await maps.create('a', '1');
    const { operator, seen, events } = await watchMaps();
    await waitFor('the first', () => seen.includes('MODIFIED a 1') && operator.of(CONFIG_MAPS).hasHandledAll());
    await maps.change('a', '2');
    await waitFor('the change', () => seen.includes('MODIFIED a 2'));
    expect(seen).toEqual(['MODIFIED a 1', 'MODIFIED a 2']);
    const { resourceVersion } = events[1]?.object.metadata ?? {};
    const what = { id: 'configmaps.v1', apiVersion: 'v1', kind: 'ConfigMap' };
    expect(events[1]?.meta).toEqual({ ...what, name: 'a', namespace, resourceVersion });
    expect(events[1]?.object.metadata).not.toHaveProperty('managedFields');
    expect(operator.of(CONFIG_MAPS).keys()).toContain(`${namespace}/a`);
    expect(() => operator.of(LAMPS)).toThrow('lamps are not watched');
  });

  it('has an object handled again after a throw, as it is then', async () => {
    const { seen } = await watchMaps(async () => {
      if (seen.length === 2) await maps.change('a', '2');
      if (seen.length < 4) throw new Error('not yet');
    });
    await maps.create('a', '1');
    await waitFor('success', () => seen.length >= 4 && seen.at(-1) === 'MODIFIED a 2');
    expect(seen.slice(0, 2)).toEqual(['MODIFIED a 1', 'MODIFIED a 1']);
  });

  it('reports a deletion with the last of the object, until it has been handled', async () => {
    const { seen, events } = await watchMaps(async (text) => {
      if (text.startsWith('DELETED') && seen.length < 4) throw new Error('not yet');
    });
    await maps.create('a', '1');
    await waitFor('the object', () => seen.length === 1);
    await maps.remove('a');
    await waitFor('success', () => seen.length === 4);
    expect(seen.slice(1)).toEqual(['DELETED a 1', 'DELETED a 1', 'DELETED a 1']);
    expect(events[1]?.type).toBe(ResourceEventType.Deleted);
  });

  it('reports a deletion that comes while the object is being handled', async () => {
    const gate = Promise.withResolvers<void>();
    const { seen } = await watchMaps(async (text) => {
      if (text === 'MODIFIED a 1') await gate.promise;
    });
    await maps.create('a', '1');
    await waitFor('the object', () => seen.length === 1);
    await maps.remove('a');
    await maps.create('later', '1');
    await waitFor('what came later', () => seen.includes('MODIFIED later 1'));
    gate.resolve();
    await waitFor('the deletion', () => seen.includes('DELETED a 1'));
  });

  it('has an object handled again when its handler or somebody else asks for it', async () => {
    const { operator, seen } = await watchMaps(async () => (seen.length < 3 ? { requeueAfterMs: 10 } : undefined));
    await maps.create('a', '1');
    await waitFor('three times', () => seen.length === 3);
    operator.of(CONFIG_MAPS).enqueue(`${namespace}/a`, 'front');
    await waitFor('once more', () => seen.length === 4);
    operator.of(CONFIG_MAPS).enqueue(`${namespace}/nobody`, 'front');
    await maps.create('b', '1');
    await waitFor('b', () => seen.length === 5);
    expect(seen).toEqual([...Array(4).fill('MODIFIED a 1'), 'MODIFIED b 1']);
  });

  it('has a burst of changes handled at once, in its last state', async () => {
    const gate = Promise.withResolvers<void>();
    const { seen } = await watchMaps(async (text) => {
      if (text === 'MODIFIED a 0') await gate.promise;
    });
    await maps.create('a', '0');
    await waitFor('the first', () => seen.length === 1);
    for (let value = 1; value <= 20; value += 1) await maps.change('a', String(value));
    await maps.create('later', '1');
    await waitFor('what came later', () => seen.includes('MODIFIED later 1'));
    gate.resolve();
    await waitFor('the second', () => seen.length === 3);
    expect(seen).toEqual(['MODIFIED a 0', 'MODIFIED later 1', 'MODIFIED a 20']);
  });

  it('does not wait for another one', async () => {
    const gate = Promise.withResolvers<void>();
    const repositories: string[] = [];
    await maps.create('a', '1');
    let blocked = false;
    const operator = await start(async (probe) => {
      const block = async () => {
        blocked = true;
        await gate.promise;
      };
      await probe.watch('', 'v1', 'configmaps', block, namespace);
      const onEvent = async ({ meta }: ResourceEvent) => void repositories.push(`${meta.id} ${meta.kind} ${meta.name}`);
      await probe.watch(GROUP, 'v1', 'gitrepositories', onEvent, namespace);
    }, 1);
    await waitFor('the first to be busy', () => blocked);
    await createRepository('r');
    await waitFor('the second', () => repositories.length > 0);
    expect(repositories).toEqual([`gitrepositories.${GROUP}/v1 GitRepository r`]);
    await waitFor('all of the second', () => operator.of(REPOSITORIES).hasHandledAll());
    expect(operator.of(CONFIG_MAPS).hasHandledAll()).toBe(false);
    gate.resolve();
    await waitFor('all', () => operator.of(CONFIG_MAPS).hasHandledAll());
    await expect(operator.watch('', 'v1', 'configmaps', async () => undefined)).rejects.toThrow('watched already');
  });

  it('outlives a cut wire and a kind that is not there: the process never ends by itself', async () => {
    const { operator, seen } = await watchMaps();
    await operator.watch('example.com', 'v1', 'lamps', async () => undefined);
    await maps.create('a', '1');
    await waitFor('the object', () => seen.length === 1);
    await proxy.refuse();
    await maps.change('a', '2');
    await proxy.restore();
    await waitFor('the change', () => seen.includes('MODIFIED a 2'));
    // Vitest takes a call of process.exit for an error of the run.
    expect(operator.of(LAMPS).hasHandledAll()).toBe(false);
  });
});

describe('stop', () => {
  it('lets what runs come to its end, starts nothing more, and closes every connection', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: string[] = [];
    const { operator, seen } = await watchMaps(async (text) => {
      await gate.promise;
      await maps.change('a', '2');
      finished.push(text);
    }, 1);
    await maps.create('a', '1');
    await waitFor('a', () => seen.length === 1);
    await maps.create('b', '1');
    const stopping = operator.stop();
    gate.resolve();
    await stopping;
    expect(finished).toEqual(['MODIFIED a 1']);
    await waitFor('the end of all connections', () => proxy.open === 0);
    await operator.watch('', 'v1', 'secrets', async () => undefined);
    await maps.create('c', '1');
    expect(seen).toEqual(['MODIFIED a 1']);
    expect(proxy.open).toBe(0);
  });
});

function createRepository(name: string): Promise<unknown> {
  const path = `/apis/${GROUP}/v1/namespaces/${namespace}/gitrepositories`;
  const body = { apiVersion: `${GROUP}/v1`, kind: 'GitRepository', metadata: { name }, spec: {} };
  return admin.request({ method: 'POST', path, body });
}

describe('the constructor', () => {
  it('says in one line that there is no cluster', () => {
    vi.stubEnv('KUBECONFIG', join(controlPlane.dir, 'not-there'));
    expect(() => new ProbeOperator({ init: async () => undefined })).toThrow(/not-there/);
  });
});
