// The flags that change what becomes of events, with the built operator.
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { type AlertWorld, type AlertWorldOptions, createAlertWorld, eventBody } from '../support/alerts/alert-world.ts';
import { startRecorder } from '../support/alerts/recorder.ts';
import { freshNamespace, reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';
const ALL = [{ kind: 'Kustomization', name: '*' }];
const LABEL = 'reconcile.fluxcd.io/watch';
const COMMIT = '9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function start(options: AlertWorldOptions): Promise<AlertWorld> {
  const alerting = await createAlertWorld(await reusedControlPlane(), options);
  ended.push(alerting.end);
  return alerting;
}

/** Posts events until one of them has come to a path of the service. */
async function probe(alerting: AlertWorld, path: string): Promise<void> {
  const before = alerting.messagesAt(path).length;
  await waitFor(`an event at ${path}`, async () => {
    await alerting.post({ name: 'probe', message: `probe ${path} ${Date.now()}` });
    return alerting.messagesAt(path).length > before;
  });
}

async function metricsOf({ world }: AlertWorld): Promise<string> {
  return (await fetch(world.operator.metricsUrl)).text();
}

describe('--events-addr=', () => {
  it('takes no events, and serves Receivers', async () => {
    const alerting = await start({ args: ['--events-addr='] });
    await alerting.provider('hook', { type: 'generic', address: `http://${alerting.recorder.host}/hook` });
    await alerting.alert('all', { providerRef: { name: 'hook' }, eventSources: ALL });
    await alerting.world.settled();
    await expect(alerting.post({ name: 'app', message: 'passed' })).rejects.toThrow('fetch failed');
    const levels = (await alerting.world.log()).map(({ level }) => level);
    expect(levels).not.toContain('error');
    expect(await alerting.world.operator.stop()).toBe(0);
  });
});

describe('--watch-all-namespaces=false', () => {
  it('asks the Alerts of the own namespace alone, about the objects of any', async () => {
    const namespace = await freshNamespace(await reusedControlPlane());
    const elsewhere = await freshNamespace(await reusedControlPlane());
    const env = { RUNTIME_NAMESPACE: namespace };
    const alerting = await start({ args: ['--watch-all-namespaces=false'], world: { namespace, env } });
    const { recorder, world } = alerting;
    const metadata = { name: 'all', namespace: elsewhere };
    const spec = { type: 'generic', address: `http://${recorder.host}/elsewhere` };
    await world.apply({ apiVersion: API_VERSION, kind: 'Provider', metadata, spec });
    const alertSpec = { providerRef: { name: 'all' }, eventSources: ALL };
    await world.apply({ apiVersion: API_VERSION, kind: 'Alert', metadata, spec: alertSpec });
    await world.secret('own', { address: `http://${recorder.host}/own` });
    await alerting.provider('own', { type: 'generic', secretRef: { name: 'own' } });
    const eventSources = [...ALL, { ...ALL[0], namespace: elsewhere }];
    await alerting.alert('own', { providerRef: { name: 'own' }, eventSources });
    await probe(alerting, '/own');
    expect(await alerting.post({ name: 'app', message: 'from elsewhere', namespace: elsewhere })).toBe(202);
    await waitFor('it is delivered', () => alerting.messagesAt('/own').includes('from elsewhere'));
    await probe(alerting, '/own');
    expect(alerting.messagesAt('/elsewhere')).toEqual([]);
  });
});

describe('--watch-configs-label-selector', () => {
  it.each([
    ['with the label', { [LABEL]: 'Enabled' }],
    ['without it', {}],
  ])('uses a Secret that changes at the next event: %s', async (_what, labels) => {
    const alerting = await start({ args: [`--watch-configs-label-selector=${LABEL}=Enabled`] });
    const { recorder, world } = alerting;
    const secret = (path: string) =>
      world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'hook', labels },
        stringData: { address: `http://${recorder.host}${path}` },
      });
    await secret('/before');
    await alerting.provider('hook', { type: 'generic', secretRef: { name: 'hook' } });
    await alerting.alert('all', { providerRef: { name: 'hook' }, eventSources: ALL });
    await probe(alerting, '/before');
    await secret('/after');
    await probe(alerting, '/after');
    const before = alerting.messagesAt('/before').length;
    await probe(alerting, '/after');
    expect(alerting.messagesAt('/before')).toHaveLength(before);
  });
});

describe('--default-service-account', () => {
  const gate = '--feature-gates=ObjectLevelWorkloadIdentity=true';

  it('lends its identity to Providers that name none', async () => {
    const token = JSON.stringify({ access_token: 'entra', expires_in: 3_600 });
    const entra = await startRecorder([{ match: 'POST', status: 200, body: token }]);
    ended.push(entra.close);
    const alerting = await start({
      args: [gate, '--default-service-account=lent'],
      world: { env: { AZURE_AUTHORITY_HOST: `http://${entra.host}` }, values: { alerts: { workloadIdentity: true } } },
    });
    const { recorder, world } = alerting;
    const annotations = {
      'azure.workload.identity/client-id': 'client-1',
      'azure.workload.identity/tenant-id': 'tenant-1',
    };
    await world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'lent', annotations } });
    await alerting.provider('azure', { type: 'azuredevops', address: `http://${recorder.host}/acme/one/_git/ledger` });
    await alerting.alert('all', {
      providerRef: { name: 'azure' },
      eventSources: ALL,
      eventMetadata: { commit: COMMIT },
    });
    await waitFor('Azure is called', async () => {
      await alerting.post({ name: 'app', message: `failed ${Date.now()}`, severity: 'error' });
      return recorder.requests.length > 0;
    });
    expect(recorder.requests[0]?.headers.authorization).toBe('Bearer entra');
    expect(entra.requests[0]?.path).toBe('/tenant-1/oauth2/v2.0/token');
    const assertion = new URLSearchParams(entra.requests[0]?.body).get('client_assertion') ?? '';
    expect(decodeJwt(assertion).sub).toBe(`system:serviceaccount:${world.namespace}:lent`);
    expect(await metricsOf(alerting)).toContain('gotk_token_cached_items 1');
  });
});

describe('--export-http-path-metrics', () => {
  it('gives the metrics of events the path of the request', async () => {
    const alerting = await start({ args: ['--export-http-path-metrics'] });
    await alerting.send(eventBody(alerting.world.namespace, { name: 'app', message: 'm' }), 'some/path?x=1');
    expect(await metricsOf(alerting)).toContain(
      'gotk_event_http_request_duration_seconds_count{service="",handler="/some/path",method="POST",code="202"} 1',
    );
  });
});
