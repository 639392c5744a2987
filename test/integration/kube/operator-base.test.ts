import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ControlPlane } from '../../../control-plane/start.ts';
import { ApiError } from '../../../operator/kube/api-error.ts';
import type { KubeClient } from '../../../operator/kube/kube-client.ts';
import { type OnEvent, type ResourceEvent, ResourceEventType } from '../../../operator/kube/operator-base.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { configMapWriter } from '../../support/informer-log.ts';
import { kubeClientFor } from '../../support/kube-client-for.ts';
import { ProbeOperator, type ProbeOptions } from '../../support/probe-operator.ts';
import { createTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

const GROUP = 'source.toolkit.fluxcd.io';
const FINALIZER = 'example.com/hold';

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

/** Watches the ConfigMaps of the namespace; `told` has `type name value` of each call of the handler. */
async function watchMaps(
  handle: (text: string, event: ResourceEvent) => ReturnType<OnEvent> = async () => undefined,
  concurrent?: number,
): Promise<{ operator: ProbeOperator; told: string[]; events: ResourceEvent[] }> {
  const told: string[] = [];
  const events: ResourceEvent[] = [];
  const onEvent = async (event: ResourceEvent) => {
    if (event.meta.name === 'kube-root-ca.crt') return;
    const text = `${event.type} ${event.meta.name} ${(event.object as { data?: { value?: string } }).data?.value}`;
    told.push(text);
    events.push(event);
    return handle(text, event);
  };
  const operator = await start((probe) => probe.watch('', 'v1', 'configmaps', onEvent, namespace), concurrent);
  return { operator, told, events };
}

describe('a watched resource', () => {
  it('has its objects handled: those that are there, and each change', async () => {
    await maps.create('a', '1');
    const { operator, told, events } = await watchMaps();
    await waitFor('the first', () => told.includes('MODIFIED a 1') && operator.handledAll());
    await maps.change('a', '2');
    await waitFor('the change', () => told.includes('MODIFIED a 2'));
    expect(told).toEqual(['MODIFIED a 1', 'MODIFIED a 2']);
    const { resourceVersion } = events[1]?.object.metadata ?? {};
    const what = { id: 'configmaps.v1', apiVersion: 'v1', kind: 'ConfigMap' };
    expect(events[1]?.meta).toEqual({ ...what, name: 'a', namespace, resourceVersion });
    expect(events[1]?.object.metadata).not.toHaveProperty('managedFields');
    expect(operator.keys('configmaps')).toContain(`${namespace}/a`);
    expect(() => operator.keys('lamps')).toThrow('lamps are not watched');
  });

  it('has an object handled again after a throw, as it is then', async () => {
    const { told } = await watchMaps(async () => {
      if (told.length === 2) await maps.change('a', '2');
      if (told.length < 4) throw new Error('not yet');
    });
    await maps.create('a', '1');
    await waitFor('success', () => told.length >= 4 && told.at(-1) === 'MODIFIED a 2');
    expect(told.slice(0, 2)).toEqual(['MODIFIED a 1', 'MODIFIED a 1']);
  });

  it('tells a deletion with the last of the object, until it has been handled', async () => {
    const { told, events } = await watchMaps(async (text) => {
      if (text.startsWith('DELETED') && told.length < 4) throw new Error('not yet');
    });
    await maps.create('a', '1');
    await waitFor('the object', () => told.length === 1);
    await maps.remove('a');
    await waitFor('success', () => told.length === 4);
    expect(told.slice(1)).toEqual(['DELETED a 1', 'DELETED a 1', 'DELETED a 1']);
    expect(events[1]?.type).toBe(ResourceEventType.Deleted);
  });

  it('tells a deletion that comes while the object is being handled', async () => {
    const gate = Promise.withResolvers<void>();
    const { told } = await watchMaps(async (text) => {
      if (text === 'MODIFIED a 1') await gate.promise;
    });
    await maps.create('a', '1');
    await waitFor('the object', () => told.length === 1);
    await maps.remove('a');
    await maps.create('later', '1');
    await waitFor('what came later', () => told.includes('MODIFIED later 1'));
    gate.resolve();
    await waitFor('the deletion', () => told.includes('DELETED a 1'));
  });

  it('has an object handled again when its handler or somebody else asks for it', async () => {
    const { operator, told } = await watchMaps(async () => (told.length < 3 ? { requeueAfterMs: 10 } : undefined));
    await maps.create('a', '1');
    await waitFor('three times', () => told.length === 3);
    operator.again('configmaps', `${namespace}/a`);
    await waitFor('once more', () => told.length === 4);
    operator.again('configmaps', `${namespace}/nobody`);
    await maps.create('b', '1');
    await waitFor('b', () => told.length === 5);
    expect(told).toEqual([...Array(4).fill('MODIFIED a 1'), 'MODIFIED b 1']);
  });

  it('has a burst of changes handled at once, in its last state', async () => {
    const gate = Promise.withResolvers<void>();
    const { told } = await watchMaps(async (text) => {
      if (text === 'MODIFIED a 0') await gate.promise;
    });
    await maps.create('a', '0');
    await waitFor('the first', () => told.length === 1);
    for (let value = 1; value <= 20; value += 1) await maps.change('a', String(value));
    await maps.create('later', '1');
    await waitFor('what came later', () => told.includes('MODIFIED later 1'));
    gate.resolve();
    await waitFor('the second', () => told.length === 3);
    expect(told).toEqual(['MODIFIED a 0', 'MODIFIED later 1', 'MODIFIED a 20']);
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
    expect(operator.handledAll()).toBe(false);
    gate.resolve();
    await waitFor('all', () => operator.handledAll());
    await expect(operator.watch('', 'v1', 'configmaps', async () => undefined)).rejects.toThrow('watched already');
  });

  it('outlives a cut wire and a kind that is not there: the process never ends by itself', async () => {
    const { operator, told } = await watchMaps();
    await operator.watch('example.com', 'v1', 'lamps', async () => undefined);
    await maps.create('a', '1');
    await waitFor('the object', () => told.length === 1);
    await proxy.refuse();
    await maps.change('a', '2');
    await proxy.restore();
    await waitFor('the change', () => told.includes('MODIFIED a 2'));
    // Vitest takes a call of process.exit for an error of the run.
    expect(operator.handledAll()).toBe(false);
  });
});

describe('stop', () => {
  it('lets what runs come to its end, starts nothing more, and closes every connection', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: string[] = [];
    const { operator, told } = await watchMaps(async (text) => {
      await gate.promise;
      await maps.change('a', '2');
      finished.push(text);
    }, 1);
    await maps.create('a', '1');
    await waitFor('a', () => told.length === 1);
    await maps.create('b', '1');
    const stopping = operator.stop();
    gate.resolve();
    await stopping;
    expect(finished).toEqual(['MODIFIED a 1']);
    await waitFor('the end of all connections', () => proxy.open === 0);
    await operator.watch('', 'v1', 'secrets', async () => undefined);
    expect(() => operator.keys('secrets')).toThrow('secrets are not watched');
    await maps.create('c', '1');
    expect(told).toEqual(['MODIFIED a 1']);
    expect(proxy.open).toBe(0);
  });
});

function createRepository(name: string): Promise<unknown> {
  const path = `/apis/${GROUP}/v1/namespaces/${namespace}/gitrepositories`;
  const body = { apiVersion: `${GROUP}/v1`, kind: 'GitRepository', metadata: { name }, spec: {} };
  return admin.request({ method: 'POST', path, body });
}

interface Repository {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status?: unknown;
}

function readRepository(name: string): Promise<Repository> {
  return admin.request({ method: 'GET', path: `/apis/${GROUP}/v1/namespaces/${namespace}/gitrepositories/${name}` });
}

async function watchRepositories(
  handle: (event: ResourceEvent, operator: ProbeOperator) => Promise<void>,
): Promise<ProbeOperator> {
  return start((probe) => probe.watch(GROUP, 'v1', 'gitrepositories', (event) => handle(event, probe), namespace));
}

describe('the writes of the framework', () => {
  it('set and patch a status, and say when they met a conflict', async () => {
    const first = Promise.withResolvers<ResourceEvent>();
    const operator = await watchRepositories(async (event) => first.resolve(event));
    await createRepository('r');
    const { meta } = await first.promise;
    const set = await operator.setStatus(meta, { observedGeneration: 1, conditions: [] });
    expect((await readRepository('r')).status).toEqual({ observedGeneration: 1, conditions: [] });
    expect(set).toMatchObject({ id: meta.id, name: 'r', namespace });
    expect(set.resourceVersion).not.toBe(meta.resourceVersion);
    const patched = await operator.patchStatus(set, { observedGeneration: 2 });
    expect((await readRepository('r')).status).toEqual({ observedGeneration: 2, conditions: [] });
    for (const write of [operator.setStatus, operator.patchStatus]) {
      const refusal = await write(meta, { observedGeneration: 3 }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ApiError);
      expect(refusal).toMatchObject({ httpStatus: 409, reason: 'Conflict' });
    }
    await expect(operator.setStatus({ ...patched, name: 'nobody' }, {})).rejects.toMatchObject({ httpStatus: 404 });
  });

  it('hold a deletion up with a finalizer until its action has succeeded', async () => {
    const results: boolean[] = [];
    let actions = 0;
    await watchRepositories(async (event, operator) => {
      const action = async (): Promise<void> => {
        actions += 1;
        if (actions === 1) throw new Error('not yet');
      };
      results.push(await operator.finalize(event, FINALIZER, action));
    });
    await createRepository('r');
    await waitFor('the finalizer', async () => (await readRepository('r')).metadata.finalizers?.includes(FINALIZER));
    await waitFor('an object to work with', () => results.includes(false));
    const path = `/apis/${GROUP}/v1/namespaces/${namespace}/gitrepositories/r`;
    await admin.request({ method: 'DELETE', path });
    await waitFor('the end', () =>
      readRepository('r').then(
        () => false,
        (error) => error.httpStatus === 404,
      ),
    );
    expect(actions).toBe(2);
    await waitFor('the deletion', () => results.length === 4);
    expect(results).toEqual([true, false, true, false]);
  });

  it('know where things are, and refuse in words what does not work here', async () => {
    const operator = await start(async () => undefined);
    const path = `/apis/${GROUP}/v1/namespaces/apps/gitrepositories`;
    expect(operator.uri(GROUP, 'v1', 'gitrepositories', 'apps')).toBe(proxy.url + path);
    expect(operator.uri('', 'v1', 'secrets')).toBe(`${proxy.url}/api/v1/secrets`);
    await expect(operator.registerCrd()).rejects.toThrow('CRDs are installed with the operator');
    await expect(operator.axiosAuth()).rejects.toThrow('use the client');
    await expect(operator.gaxiosAuth()).rejects.toThrow('use the client');
  });
});

describe('the constructor', () => {
  it('says in one line that there is no cluster', () => {
    vi.stubEnv('KUBECONFIG', join(controlPlane.dir, 'not-there'));
    expect(() => new ProbeOperator({ init: async () => undefined })).toThrow(/not-there/);
  });
});
