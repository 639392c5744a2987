import { expect, test } from 'vitest';
import { type Deviation, expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, otherBody, runVariation, verdictOfAnswer } from '../../../support/alerts/variations.ts';

interface Body {
  readonly attachments: readonly [{ readonly text: string; readonly fields: readonly { readonly value: string }[] }];
}

const escaped = otherBody(
  'Markdown is shown as it was written (fault 12)',
  ({ attachments: [one], ...rest }: Body) => ({
    ...rest,
    attachments: [{ ...one, text: one.text.replace('<0>', '\\<0>').replace('a_b*c', 'a_b\\*c'), fields: fields(one) }],
  }),
);

function fields(attachment: Body['attachments'][0]) {
  return attachment.fields.map((field) => ({ ...field, value: field.value.replace('<2>', '\\<2>') }));
}

const onceSlack: Deviation = {
  reason: '/slack is not appended a second time (fault 18)',
  change: (requests, scenario) =>
    (escaped.change?.(requests, scenario) ?? []).map((request) => ({
      ...request,
      path: '/api/webhooks/77/tok/slack?wait=true',
    })),
};

test.each(['discord', 'discord-slack', 'discord-trailing'])('the recorded scenario %s', (name) =>
  expectScenario(name, escaped),
);

test('the recorded scenario discord-slack-query', () => expectScenario('discord-slack-query', onceSlack));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('discord', { severity: 'error', message: 'a < b' })).toBe(
    '{"channel":"","username":"kustomize-controller","icon_url":"","icon_emoji":"","attachments":[{"fallback":"",' +
      '"color":"danger","author_name":"kustomization/ledger.payments","text":"a \\\\\\u003c b","mrkdwn_in":["text"],"fields":[]}]}',
  );
});

test.each([
  ['@everyone look', '@\u200beveryone look'],
  ['x@here', 'x@\u200bhere'],
  ['<@123>', '\\<@\u200b123>'],
  ['[safe](https://evil.example)', '\\[safe\\](https://evil.example)'],
  ['<https://evil.example|safe>', '\\<https://evil.example\\|safe>'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  const { attachments } = JSON.parse(await bodyOfVariation('discord', { message })) as Body;
  expect(attachments[0].text).toBe(shown);
});

test('a long text, many fields and long values stay within what Discord takes', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key-${index}`, '*'.repeat(3_000)]));
  const body = await bodyOfVariation('discord', { message: '*'.repeat(30_000), metadata });
  const [{ text, fields: sent }] = (JSON.parse(body) as Body).attachments;
  expect(text.length).toBeLessThanOrEqual(2_000);
  expect(text).toMatch(/^(\\\*)+…$/);
  expect(sent.length).toBeLessThanOrEqual(25);
  const total = sent.reduce((sum, { value }) => sum + value.length, text.length);
  expect(total).toBeGreaterThan(2_000);
  expect(total).toBeLessThanOrEqual(6_000);
});

test('a value is cut to what a field takes', async () => {
  const body = await bodyOfVariation('discord', { metadata: { log: 'y'.repeat(1_100) } });
  const [{ fields: sent }] = (JSON.parse(body) as Body).attachments;
  expect(sent[0]?.value).toBe(`${'y'.repeat(1_023)}…`);
});

test('the address of a webhook is not shown', async () => {
  const { failures } = await runVariation('discord', { provider: { address: 'ftp://discord.example/secret' } });
  expect(failures).toEqual([expect.stringMatching(/invalid Discord hook URL: (?!.*secret)/)]);
});

test.each([
  [429, '{"message":"You are being rate limited.","retry_after":1.5}', 'passing, 1.5 s'],
  [404, '{"message":"Unknown Webhook","code":10015}', 'final'],
])('after %i %s it is %s', async (status, body, verdict) => {
  expect(await verdictOfAnswer('discord', status, body)).toBe(verdict);
});
