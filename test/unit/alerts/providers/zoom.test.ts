import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer, runVariation } from '../../../support/alerts/variations.ts';

test('the recorded scenario zoom', () => expectScenario('zoom'));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('zoom', { metadata: { zone: 'eu' } })).toBe(
    '{"content":{"head":{"text":"kustomization/ledger.payments","sub_head":{"text":"info"}},"body":[{"type":"message",' +
      '"text":"ready"},{"type":"fields","items":[{"key":"zone","value":"eu"}]}]}}',
  );
});

test('there are no fields without metadata', async () => {
  expect(JSON.parse(await bodyOfVariation('zoom', {})).content.body).toEqual([{ type: 'message', text: 'ready' }]);
});

test('a format that the address gives stays', async () => {
  const { requests } = await runVariation('zoom', { provider: { address: 'http://SERVER/x?format=fields&a=~*' } });
  expect(requests[0]?.path).toBe('/x?a=~%2A&format=fields');
});

test('an empty token is refused', async () => {
  const { failures } = await runVariation('zoom', { secrets: { creds: {} } });
  expect(failures).toEqual([expect.stringContaining('empty Zoom token')]);
});

test('a long message is cut, and mentions nobody', async () => {
  const { content } = JSON.parse(await bodyOfVariation('zoom', { message: `@all ${'x'.repeat(9_000)}` }));
  expect(content.body[0].text.length).toBe(4_096);
  expect(content.body[0].text).toMatch(/^@\u200ball x+…$/);
});

test('success is what Zoom says', async () => {
  expect(await failureOfAnswer('zoom', 200, '{"code":7004,"message":"Not authorized.","result":false}')).toBe(
    'Zoom responded with error: Not authorized.',
  );
  expect(await failureOfAnswer('zoom', 200, '')).toBe('');
});
