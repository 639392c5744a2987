/** Tokens of ServiceAccounts from a real API server, with the rights that the manifests give. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../control-plane/start.ts';
import { createServiceAccounts as createIdentities } from '../../../operator/alerts/cloud/service-account.ts';
import type { KubeClient } from '../../../operator/kube/kube-client.ts';
import { createServiceAccounts } from '../../../operator/kube/service-accounts.ts';
import { installChart } from '../../support/chart.ts';
import { kubeClientFor } from '../../support/kube-client-for.ts';

let cluster: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  await installChart(cluster, { alerts: { workloadIdentity: true } });
  const metadata = { namespace: 'default', name: 'flux', annotations: { 'azure.workload.identity/client-id': 'c' } };
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }));
  client = kubeClientFor(await cluster.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }));
});

afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

test('a token says whose it is and what it is for', async () => {
  const account = createIdentities(createServiceAccounts(client))('default', 'flux');
  expect(await account.annotations()).toMatchObject({ 'azure.workload.identity/client-id': 'c' });
  expect(decodeJwt(await account.token('api://AzureADTokenExchange'))).toMatchObject({
    sub: 'system:serviceaccount:default:flux',
    aud: ['api://AzureADTokenExchange'],
  });
});

test('one that is not there is final, and says its name', async () => {
  const account = createIdentities(createServiceAccounts(client))('default', 'nobody');
  const message = 'failed to get service account: serviceaccounts "nobody" not found';
  await expect(account.annotations()).rejects.toMatchObject({ verdict: 'final', message });
  await expect(account.token('x')).rejects.toMatchObject({ verdict: 'final', message });
});
