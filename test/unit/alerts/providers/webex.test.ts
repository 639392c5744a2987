import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, otherBody } from '../../../support/alerts/variations.ts';

const escaped = otherBody('Markdown is shown as it was written (fault 12)', (body: { readonly markdown: string }) => ({
  ...body,
  markdown: body.markdown.replace('<0>', '\\<0>').replace('a_b*c', 'a_b\\*c').replace('<2>', '\\<2>'),
}));

test('the recorded scenario webex', () => expectScenario('webex', escaped));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('webex', { metadata: { zone: 'eu' } })).toBe(
    '{"roomId":"Y2lzY29","markdown":"✅ **kustomization/ledger.payments**\\nready\\n\\u003e**zone**: eu\\n"}',
  );
});

test.each([
  ['<@all> look', '\\<@\u200ball> look'],
  ['[safe](https://evil.example)', '\\[safe\\](https://evil.example)'],
  ['# head', '\\# head'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  const { markdown } = JSON.parse(await bodyOfVariation('webex', { message }));
  expect(markdown.split('\n')[1]).toBe(shown);
});

test('a long message is cut to bytes, not to characters', async () => {
  const { markdown } = JSON.parse(
    await bodyOfVariation('webex', { message: '💥'.repeat(5_000), metadata: { zone: 'eu' } }),
  );
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(7_439);
  expect(markdown).toMatch(/💥…\n>\*\*zone\*\*: eu\n$/u);
});
