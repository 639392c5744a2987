import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer } from '../../../support/alerts/variations.ts';

function textOf(body: string): string {
  return JSON.parse(body).attachments[0].text;
}

test('the recorded scenario rocket', () => expectScenario('rocket'));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('rocket', { provider: { channel: '#ops' }, metadata: { zone: 'eu' } })).toBe(
    '{"channel":"#ops","username":"","icon_url":"","icon_emoji":"","attachments":[{"fallback":"","color":"#0076D7",' +
      '"author_name":"kustomization/ledger.payments","text":"ready","mrkdwn_in":["text"],' +
      '"fields":[{"title":"zone","value":"eu","short":false}]}]}',
  );
});

test.each([
  ['@all look', '@\u200ball look'],
  ['[safe](https://evil.example)', '[safe]\u200b(https://evil.example)'],
  ['<https://evil.example|safe>', '<\u200bhttps://evil.example|safe>'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  expect(textOf(await bodyOfVariation('rocket', { message }))).toBe(shown);
});

test('a long text is cut', async () => {
  expect(textOf(await bodyOfVariation('rocket', { message: 'x'.repeat(6_000) }))).toBe(`${'x'.repeat(4_999)}…`);
});

test('success is what Rocket.Chat says', async () => {
  expect(await failureOfAnswer('rocket', 200, '{"success":false,"error":"invalid-channel"}')).toBe(
    'Rocket.Chat responded with error: invalid-channel',
  );
  expect(await failureOfAnswer('rocket', 200, '{"success":true}')).toBe('');
});
