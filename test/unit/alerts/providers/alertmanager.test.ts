import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, runVariation, type Variation } from '../../../support/alerts/variations.ts';

test.each(['alertmanager', 'alertmanager-basic', 'b-am-title'])('the recorded scenario %s', (name) =>
  expectScenario(name),
);

test('the bytes of an alert', async () => {
  expect(await bodyOfVariation('alertmanager', { metadata: { summary: 's' } })).toBe(
    '[{"status":"firing","labels":{"alertname":"FluxKustomizationDone","kind":"Kustomization","name":"ledger",' +
      '"namespace":"payments","reason":"Done","reportingcontroller":"kustomize-controller","severity":"info"},' +
      '"annotations":{"message":"ready","summary":"s"},"startsAt":"2027-03-04T05:06:07Z","endsAt":"0001-01-01T00:00:00Z"}]',
  );
});

test('labels are made valid, and a valid one wins', async () => {
  const metadata = { 'app-version': '1', 'app.version': '2', app_version: '3', '9lives': '4', severity: 'mine' };
  const [{ labels }] = JSON.parse(await bodyOfVariation('alertmanager', { metadata }));
  expect(labels).toMatchObject({ app_version: '3', _9lives: '4', severity: 'info' });
  expect(Object.keys(labels).filter((label) => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))).toEqual([]);
});

async function resolvable(variation: Variation) {
  const { requests } = await runVariation('alertmanager', {
    ...variation,
    provider: { channel: 'resolve' },
    eventMetadata: { zone: 'eu', 'on-call': 'ops' },
  });
  return requests.map(({ body }) => JSON.parse(body)[0]);
}

test('with the channel "resolve" a success resolves the alert of the same object', async () => {
  const [failure] = await resolvable({ severity: 'error', reason: 'BuildFailed', metadata: { revision: '1' } });
  const [success] = await resolvable({ reason: 'ReconciliationSucceeded', metadata: { revision: '2' } });
  expect(success.labels).toEqual(failure.labels);
  expect(success.labels).toEqual({
    alertname: 'FluxKustomizationFailed',
    kind: 'Kustomization',
    name: 'ledger',
    namespace: 'payments',
    on_call: 'ops',
    reportingcontroller: 'kustomize-controller',
    severity: 'error',
    zone: 'eu',
  });
  expect(failure).toMatchObject({ status: 'firing', endsAt: '2027-03-05T05:06:07.000Z' });
  expect(failure.annotations).toMatchObject({ message: 'ready', reason: 'BuildFailed', revision: '1' });
  expect(success).toMatchObject({
    status: 'resolved',
    startsAt: '2027-03-04T05:06:07Z',
    endsAt: '2027-03-04T05:06:07Z',
  });
});

test('with the channel "resolve" an object that is under way resolves nothing', async () => {
  expect(await resolvable({ reason: 'Progressing' })).toEqual([]);
  expect(await resolvable({ reason: 'DependencyNotReady' })).toEqual([]);
});
