import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer, runVariation, verdictOfAnswer } from '../../../support/alerts/variations.ts';

test.each(['telegram', 'b-tg-notoken'])('the recorded scenario %s', (name) => expectScenario(name));

test('the bytes of a message without a thread', async () => {
  expect(await bodyOfVariation('telegram', { provider: { channel: '@ops' }, metadata: { zone: 'eu' } })).toBe(
    '{"chat_id":"@ops","text":"*💫 kustomization/ledger/payments*\\nready\\n\\\\- *zone*: eu\\n","parse_mode":"MarkdownV2"}',
  );
});

test('an empty channel is refused', async () => {
  const { failures } = await runVariation('telegram', { provider: { channel: '' } });
  expect(failures).toEqual([expect.stringContaining('empty Telegram channel')]);
});

test('a message mentions nobody', async () => {
  const { text } = JSON.parse(await bodyOfVariation('telegram', { message: '@boss release@1.2' }));
  expect(text.split('\n')[1]).toBe('@\u200bboss release@1\\.2');
});

test('a long message is cut to what is shown, its escapes and markup whole', async () => {
  const { text } = JSON.parse(
    await bodyOfVariation('telegram', { message: '.'.repeat(9_000), metadata: { zone: 'eu' } }),
  );
  const shown = text.replace(/\\(.)/g, '$1');
  expect(shown.length).toBeGreaterThan(4_000);
  expect(shown.length).toBeLessThanOrEqual(4_096);
  expect(text).toMatch(/\n(\\\.)+…\n\\- \*zone\*: eu\n$/);
});

test('success is what Telegram says', async () => {
  expect(await failureOfAnswer('telegram', 200, '{"ok":false,"description":"Bad Request: chat not found"}')).toBe(
    'Telegram responded with error: Bad Request: chat not found',
  );
});

test('the token, which is part of the address, is not shown', async () => {
  expect(await failureOfAnswer('telegram', 404, '{"ok":false,"url":"/bot123:ABC/sendMessage"}')).toBe(
    'postMessage failed: request failed: request failed with status code 404: {"ok":false,"url":"/bot*****/sendMessage"}',
  );
});

test.each([
  [429, '{"ok":false,"error_code":429,"parameters":{"retry_after":7}}', 'passing, 7 s'],
  [429, '{"ok":false}', 'passing'],
  [403, '{"ok":false,"description":"Forbidden: bot was kicked"}', 'final'],
  [200, '{"ok":true}', 'taken'],
])('after %i %s it is %s', async (status, body, verdict) => {
  expect(await verdictOfAnswer('telegram', status, body)).toBe(verdict);
});
