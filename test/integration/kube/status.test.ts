import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../control-plane/start.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../../operator/kube/kube-client.ts';
import { resourcePath } from '../../../operator/kube/resource-path.ts';
import { patchStatus } from '../../../operator/kube/status.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { kubeClientFor, observed } from '../../support/kube-client-for.ts';

const type: ResourceType = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };

interface Repository extends KubeObject {
  status?: Record<string, unknown>;
}

let controlPlane: ControlPlane;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  client = kubeClientFor(controlPlane.adminKubeconfig);
  namespace = await freshNamespace(controlPlane);
});

afterAll(() => client.close());

function create(name: string): Promise<Repository> {
  const body = { apiVersion: type.apiVersion, kind: 'GitRepository', metadata: { name }, spec: {} };
  return client.request({ method: 'POST', path: resourcePath(type, { namespace }), body });
}

function read(name: string): Promise<Repository> {
  return client.request({ method: 'GET', path: resourcePath(type, { namespace, name }) });
}

describe('patchStatus', () => {
  it('writes a first status, in the name of sluice', async () => {
    const status = { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] };
    expect(await patchStatus(client, type, await create('first'), status)).toBe('patched');
    expect((await read('first')).status).toEqual(status);
    const { stdout } = await controlPlane.kubectl([
      ...['-n', namespace, 'get', 'gitrepository', 'first', '--show-managed-fields', '-o'],
      'jsonpath={.metadata.managedFields[?(@.subresource=="status")].manager}',
    ]);
    expect(stdout).toBe('sluice');
  });

  it('changes, adds and removes, so that the status is exactly the one it was given', async () => {
    await patchStatus(client, type, await create('second'), { a: 1, b: { c: 1, d: 2 }, list: [1, 2, 3], gone: 'x' });
    const after = { a: 2, b: { d: 2, e: 3 }, list: [3] };
    expect(await patchStatus(client, type, await read('second'), after)).toBe('patched');
    expect((await read('second')).status).toEqual(after);
  });

  it('makes no request when nothing differs', async () => {
    await patchStatus(client, type, await create('third'), { a: 1, b: [{ c: 2, d: 3 }] });
    const watchedClient = observed(client);
    const same = { b: [{ d: 3, c: 2 }], a: 1, absent: undefined };
    expect(await patchStatus(watchedClient, type, await read('third'), same)).toBe('unchanged');
    expect(watchedClient.requests).toEqual([]);
  });

  it('does not overwrite what was written since the object was read', async () => {
    const old = await create('fourth');
    await patchStatus(client, type, old, { winner: 'first' });
    const late = patchStatus(client, type, old, { winner: 'second' });
    await expect(late).rejects.toMatchObject({ code: 'ApiError', httpStatus: 409 });
    expect((await read('fourth')).status).toEqual({ winner: 'first' });
  });

  it('takes an object that is gone for nothing to do', async () => {
    const object = await create('fifth');
    await client.request({ method: 'DELETE', path: resourcePath(type, { namespace, name: 'fifth' }) });
    expect(await patchStatus(client, type, object, { a: 1 })).toBe('unchanged');
  });
});
