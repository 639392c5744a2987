import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer, runVariation } from '../../../support/alerts/variations.ts';

function contentOf(body: string): string {
  return new URLSearchParams(body).get('content') ?? '';
}

test('the recorded scenario zulip', () => expectScenario('zulip'));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('zulip', { message: '~a*', metadata: { zone: 'eu', change_request: '7' } })).toBe(
    'content=%23%23+Flux+Status%0A%0A%E2%84%B9%EF%B8%8F+Kustomization%2Fpayments%2Fledger%0A%0A~a%2A%0A%0A' +
      'Metadata%3A%0A%2A+%60zone%60%3A+eu%0A&to=ops&topic=deploys%2Feu&type=stream',
  );
});

test.each([
  ['@**all** look', '@\u200b**all** look'],
  ['[safe](https://evil.example)', '[safe]\u200b(https://evil.example)'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  expect(contentOf(await bodyOfVariation('zulip', { message })).split('\n')[4]).toBe(shown);
});

test('a long message is cut', async () => {
  const content = contentOf(await bodyOfVariation('zulip', { message: 'x'.repeat(20_000), metadata: { zone: 'eu' } }));
  expect(content.length).toBe(10_000);
  expect(content).toMatch(/x…\n\nMetadata:\n\* `zone`: eu\n$/);
});

test.each(['', 'ops', 'ops/', '/topic'])('the channel "%s" is refused', async (channel) => {
  const { failures } = await runVariation('zulip', { provider: { channel } });
  expect(failures).toEqual([expect.stringContaining("the channel must be '<stream>/<topic>'")]);
});

test('success is what Zulip says', async () => {
  expect(await failureOfAnswer('zulip', 200, '{"result":"error","msg":"Stream does not exist"}')).toBe(
    'Zulip responded with error: Stream does not exist',
  );
  expect(await failureOfAnswer('zulip', 200, '{"result":"success","msg":"","id":42}')).toBe('');
});
