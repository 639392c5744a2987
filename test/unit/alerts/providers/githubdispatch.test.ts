import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

test.each(['githubdispatch', 'g-cs-dispatch'])('the recorded scenario %s', (name) => expectScenario(name));

test('an event type has no more characters than GitHub takes', async () => {
  const { requests } = await runVariation('githubdispatch', { name: 'x'.repeat(200) });
  expect(JSON.parse(requests[0]?.body ?? '').event_type).toBe(`Kustomization/${'x'.repeat(85)}…`);
});
