import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

test.each(['githubdispatch', 'g-cs-dispatch'])('the recorded scenario %s', (name) => expectScenario(name));

test('an event type has no more characters than GitHub takes', async () => {
  const { requests } = await runVariation('githubdispatch', { name: 'x'.repeat(200) });
  expect(JSON.parse(requests[0]?.body ?? '').event_type).toBe(`Kustomization/${'x'.repeat(85)}…`);
});

test('a payload has no more bytes than GitHub takes', async () => {
  const { requests } = await runVariation('githubdispatch', { message: 'é<'.repeat(39_000), metadata: { zone: 'eu' } });
  const { client_payload: payload } = JSON.parse(requests[0]?.body ?? '');
  const text = /"client_payload":(.*)\}$/.exec(requests[0]?.body ?? '')?.[1] ?? '';
  expect(Buffer.byteLength(text)).toBeLessThan(64_000);
  expect(Buffer.byteLength(text)).toBeGreaterThan(63_900);
  expect(payload).toMatchObject({ message: expect.stringMatching(/…$/), metadata: { zone: 'eu' } });
});
