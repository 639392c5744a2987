import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, runVariation } from '../../../support/alerts/variations.ts';

test('the recorded scenario opsgenie', () => expectScenario('opsgenie'));

test('the bytes of an alert', async () => {
  expect(await bodyOfVariation('opsgenie', { metadata: { zone: 'eu', a: '1', severity: 'mine' } })).toBe(
    '{"message":"Kustomization/ledger","description":"ready","details":{"a":"1","severity":"info","zone":"eu"}}',
  );
});

test('an empty token is refused', async () => {
  const { failures } = await runVariation('opsgenie', { secrets: { creds: {} } });
  expect(failures).toEqual([expect.stringContaining('opsgenie token cannot be empty')]);
});

test('a long description and long details are cut', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'y'.repeat(900)]));
  const { description, details } = JSON.parse(
    await bodyOfVariation('opsgenie', { message: 'x'.repeat(20_000), metadata }),
  );
  expect(description).toBe(`${'x'.repeat(14_999)}…`);
  const length = Object.entries<string>(details).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  expect(length).toBeLessThanOrEqual(8_000);
  expect(Object.keys(details)).toHaveLength(21);
});

test('a long name is cut', async () => {
  const { requests } = await runVariation('opsgenie', { name: 'n'.repeat(253) });
  expect(JSON.parse(requests[0]?.body ?? '').message).toBe(`Kustomization/${'n'.repeat(115)}…`);
});
