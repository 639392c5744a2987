// Events as Flux's controllers send them: by their own recorder, with what it adds and leaves out.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lineProgress } from '../../control-plane/progress.ts';
import { type AlertWorld, createAlertWorld } from '../support/alerts/alert-world.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { findFluxEvents, postFluxEvents } from '../support/flux-events.ts';
import { waitFor } from '../support/wait-for.ts';

/** Only stops what hangs: a first build on a busy machine takes long. */
const BUILD_WITHIN_MS = 90 * 60_000;

let alerting: AlertWorld;
let found: Awaited<ReturnType<typeof findFluxEvents>>;

beforeAll(async () => {
  found = await findFluxEvents(lineProgress());
  alerting = await createAlertWorld(await reusedControlPlane());
}, BUILD_WITHIN_MS);
afterAll(() => alerting?.end());

it("an event of Flux's own recorder reaches the Provider with what its controller said", async ({ skip }) => {
  if (typeof found === 'string') return skip(found);
  const { recorder, world } = alerting;
  await alerting.provider('hook', { type: 'generic', address: `http://${recorder.host}/hook` });
  await alerting.alert('all', { providerRef: { name: 'hook' }, eventSources: [{ kind: 'Kustomization', name: '*' }] });
  await waitFor('the Alert is known', async () => {
    await alerting.post({ name: 'probe', message: `probe ${Date.now()}` });
    return recorder.requests.length > 0;
  });
  const group = 'kustomize.toolkit.fluxcd.io';
  const object = {
    apiVersion: `${group}/v1`,
    kind: 'Kustomization',
    metadata: {
      namespace: world.namespace,
      name: 'ledger',
      uid: 'u-1',
      annotations: { 'event.toolkit.fluxcd.io/runbook': 'https://wiki.example', other: 'no' },
    },
  };
  const annotations = { [`${group}/revision`]: 'main@sha1:9d1f0c6b', [`${group}/checksum`]: 'beef' };
  const events = [
    { object, annotations, reason: 'HealthCheckPassed', message: 'Health check passed in 3.1s' },
    { object, annotations, type: 'Warning' as const, reason: 'BuildFailed', message: 'failed: a < b' },
  ];
  await postFluxEvents(found, { url: alerting.eventsUrl, controller: 'kustomize-controller', events });
  const ofLedger = () =>
    recorder.requests
      .map(({ body }) => JSON.parse(body))
      .filter(({ involvedObject }) => involvedObject.name === 'ledger');
  await waitFor('both are delivered', () => ofLedger().length === 2);
  const metadata = { revision: 'main@sha1:9d1f0c6b', runbook: 'https://wiki.example' };
  expect(ofLedger()).toMatchObject([
    { severity: 'info', reason: 'HealthCheckPassed', reportingController: 'kustomize-controller', metadata },
    { severity: 'error', reason: 'BuildFailed', message: 'failed: a < b', metadata },
  ]);
  expect(ofLedger()[0].metadata).toEqual(metadata);
});
