import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, runVariation, verdictOfAnswer } from '../../../support/alerts/variations.ts';

test('the recorded scenario matrix', () => expectScenario('matrix'));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('matrix', { metadata: { zone: 'eu' } })).toBe(
    '{"body":"💫 kustomization/ledger.payments\\nready\\n- zone: eu\\n","msgtype":"m.text"}',
  );
});

test('a message mentions nobody', async () => {
  const { body } = JSON.parse(await bodyOfVariation('matrix', { message: '@room look' }));
  expect(body.split('\n')[1]).toBe('@\u200broom look');
});

test('a long message is cut to what an event holds', async () => {
  const body = await bodyOfVariation('matrix', { message: '💥'.repeat(19_000) });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000);
  expect(JSON.parse(body).body).toMatch(/💥…\n$/u);
});

test('an address that is empty is refused', async () => {
  const { failures } = await runVariation('matrix', { provider: { address: '' } });
  expect(failures).toEqual([expect.stringContaining('invalid Matrix hook URL')]);
});

test.each([
  [429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}', 'passing, 2.5 s'],
  [403, '{"errcode":"M_FORBIDDEN"}', 'final'],
])('after %i %s it is %s', async (status, body, verdict) => {
  expect(await verdictOfAnswer('matrix', status, body)).toBe(verdict);
});
