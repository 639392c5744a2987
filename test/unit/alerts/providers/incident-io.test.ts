import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, runVariation } from '../../../support/alerts/variations.ts';

test('the recorded scenario incident.io', () => expectScenario('incident.io'));

test('the bytes of an alert', async () => {
  expect(await bodyOfVariation('incident.io', { severity: 'error', metadata: { zone: 'eu', reason: 'mine' } })).toBe(
    '{"title":"kustomization/ledger.payments: Done","status":"firing","deduplication_key":' +
      '"3f2b9c1e-58a7-4c0d-9a6e-0d7f4b21c9e5","description":"ready","metadata":{"reason":"Done",' +
      '"reportingController":"kustomize-controller","severity":"error","zone":"eu"}}',
  );
});

test('an empty token is refused', async () => {
  const { failures } = await runVariation('incident.io', { secrets: { creds: {} } });
  expect(failures).toEqual([expect.stringContaining('incident.io token cannot be empty')]);
});
