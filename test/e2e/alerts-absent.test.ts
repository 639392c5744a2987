// An installation whose CRDs are older than alerting, and which gets them while the operator runs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { type AlertWorld, createAlertWorld } from '../support/alerts/alert-world.ts';
import { waitFor } from '../support/wait-for.ts';
import { signed, TOKEN } from '../support/world.ts';

const CRDS = ['alerts', 'providers'].map((plural) => `${plural}.notification.toolkit.fluxcd.io`);

let cluster: ControlPlane;
let alerting: AlertWorld | undefined;

beforeAll(async () => {
  cluster = await startControlPlane({ ours: true });
  await cluster.applyStandIns();
}, 120_000);

afterAll(async () => {
  await alerting?.end();
  await cluster?.stop();
});

it('serves Receivers without Alerts, and delivers events once their CRDs are there', { timeout: 120_000 }, async () => {
  alerting = await createAlertWorld(cluster);
  const crds = await cluster.kubectl(['get', 'crd', ...CRDS, '-o', 'yaml']);
  await cluster.kubectl(['delete', 'crd', ...CRDS]);
  await alerting.world.restart();
  const { world, recorder, provider, alert, post, messagesAt } = alerting;
  await world.secret('token', { token: TOKEN });
  await world.target('GitRepository', 'repository');
  const resources = [{ kind: 'GitRepository', name: 'repository' }];
  await world.receiver('receiver', { type: 'github', secretRef: { name: 'token' }, resources });
  expect((await world.post(await world.ready('receiver'), signed({}))).status).toBe(200);
  expect(await post({ name: 'app', message: 'before' })).toBe(202);
  const absent = (await world.log()).filter(({ msg, resource }) => {
    return String(msg).startsWith('resource not served') && ['alerts', 'providers'].includes(String(resource));
  });
  expect(absent.map(({ resource }) => resource).sort()).toEqual(['alerts', 'providers']);

  await cluster.kubectl(['create', '-f', '-'], { input: crds.stdout });
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', ...CRDS]);
  await provider('provider', { type: 'generic', address: `http://${recorder.host}/hook` });
  await alert('alert', { providerRef: { name: 'provider' }, eventSources: [{ kind: 'Kustomization', name: '*' }] });
  let number = 0;
  await waitFor('an event is delivered', async () => {
    number += 1;
    await post({ name: 'app', message: `after ${number}` });
    return messagesAt('/hook').length > 0;
  });
  expect(messagesAt('/hook')).not.toContain('before');
});
