import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../control-plane/free-port.ts';
import type { ControlPlane } from '../../../control-plane/start.ts';
import { fluxKinds } from '../../../operator/api/flux-kinds.ts';
import { createDiscovery } from '../../../operator/kube/discovery.ts';
import type { KubeClient } from '../../../operator/kube/kube-client.ts';
import { sharedControlPlane } from '../../support/control-plane.ts';
import { kubeClientFor, observed } from '../../support/kube-client-for.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

const fluxTypes = fluxKinds.map(({ group, versions: [newest], kind }) => [`${group}/${newest}`, kind] as const);

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  client = kubeClientFor(controlPlane.adminKubeconfig);
});

afterAll(() => client.close());

describe('kinds that the API server serves', () => {
  it.each([
    ['v1', 'ConfigMap', { apiVersion: 'v1', plural: 'configmaps', namespaced: true }],
    ['v1', 'Namespace', { apiVersion: 'v1', plural: 'namespaces', namespaced: false }],
    ['apps/v1', 'Deployment', { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true }],
    [
      'networking.k8s.io/v1',
      'NetworkPolicy',
      { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies', namespaced: true },
    ],
  ])('%s %s', async (apiVersion, kind, expected) => {
    expect(await createDiscovery(client).resolve(apiVersion, kind)).toEqual(expected);
  });

  it('are asked for once, however many ask at the same time or later', async () => {
    const watched = observed(client);
    const discovery = createDiscovery(watched);
    await Promise.all([discovery.resolve('apps/v1', 'Deployment'), discovery.resolve('apps/v1', 'StatefulSet')]);
    await discovery.resolve('apps/v1', 'ReplicaSet');
    expect(watched.requests).toEqual(['GET /apis/apps/v1']);
  });
});

describe("Flux's kinds", () => {
  it.each(fluxTypes)('%s %s is known without asking', async (apiVersion, kind) => {
    const watched = observed(client);
    const type = await createDiscovery(watched).resolve(apiVersion, kind);
    expect(type).toEqual({ apiVersion, plural: expect.any(String), namespaced: true });
    expect(watched.requests).toEqual([]);
  });

  it('have the plurals by which the API server knows them', async () => {
    const groups = new Set(fluxTypes.map(([apiVersion]) => apiVersion));
    let compared = 0;
    for (const apiVersion of groups) {
      const list = await client.request<{ resources: { name: string; kind: string }[] }>({
        method: 'GET',
        path: `/apis/${apiVersion}`,
      });
      for (const { name, kind } of list.resources.filter((resource) => !resource.name.includes('/'))) {
        if (!fluxTypes.some((known) => known[0] === apiVersion && known[1] === kind)) continue;
        expect((await createDiscovery(client).resolve(apiVersion, kind))?.plural).toBe(name);
        compared += 1;
      }
    }
    expect(compared).toBe(fluxTypes.length);
  });
});

describe('kinds that are not there', () => {
  it.each([
    ['apps/v1', 'Nothing'],
    ['apps/v1', 'Scale'],
    ['nowhere.example.com/v1', 'Thing'],
    ['source.toolkit.fluxcd.io/v9', 'GitRepository'],
  ])('%s %s', async (apiVersion, kind) => {
    expect(await createDiscovery(client).resolve(apiVersion, kind)).toBeUndefined();
  });

  it.each([
    [''],
    ['/v1'],
    ['apps/'],
    ['apps/v1/namespaces'],
    ['../v1'],
    ['apps/..'],
    ['v1?x=1'],
    ['a%2fb/v1'],
    ['Apps/v1'],
  ])('the API server is not even asked for %j', async (apiVersion) => {
    const watched = observed(client);
    expect(await createDiscovery(watched).resolve(apiVersion, 'Thing')).toBeUndefined();
    expect(watched.requests).toEqual([]);
  });

  it('are asked for again after ten seconds, and found once they are there', async () => {
    const group = `g${Date.now()}.example.com`;
    const clock = createManualClock();
    const watched = observed(client);
    const discovery = createDiscovery(watched, { clock });
    const resolve = () => discovery.resolve(`${group}/v1`, 'Widget');
    expect(await resolve()).toBeUndefined();
    await controlPlane.apply(widgets(group));
    await waitFor('the new kind to be served', () =>
      client.request({ method: 'GET', path: `/apis/${group}/v1/widgets` }).then(() => true),
    );
    await clock.advance(9_999);
    expect(await resolve()).toBeUndefined();
    expect(watched.requests).toHaveLength(1);
    await clock.advance(1);
    expect(await resolve()).toEqual({ apiVersion: `${group}/v1`, plural: 'widgets', namespaced: false });
    await controlPlane.kubectl(['delete', 'crd', `widgets.${group}`, '--wait=false']);
  });
});

describe('an API server that cannot be asked', () => {
  it('is an error, and asked again by the next call', async () => {
    const away = kubeClientFor(controlPlane.adminKubeconfig, `https://127.0.0.1:${await freePort()}`);
    const watched = observed(away);
    const discovery = createDiscovery(watched);
    for (const _attempt of [1, 2]) {
      await expect(discovery.resolve('batch/v1', 'Job')).rejects.toMatchObject({ code: 'ConnectionError' });
    }
    expect(watched.requests).toHaveLength(2);
    await away.close();
  });
});

function widgets(group: string): string {
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
}
