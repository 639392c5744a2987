import { expect, test } from 'vitest';
import { type Deviation, expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runScenario } from '../../../support/alerts/run-scenario.ts';
import { bodyOfVariation } from '../../../support/alerts/variations.ts';

const escaped: Deviation = {
  reason: 'Slack wants &, < and > as entities; without, a message can mention a channel (fault 12)',
  change: (requests) =>
    requests.map((request) => {
      const { attachments, ...message } = request.body as {
        attachments: readonly { fallback: string; text: string; fields: readonly { value: string }[] }[];
      };
      const changed = attachments.map((attachment) => ({
        ...attachment,
        fallback: entities(attachment.fallback),
        text: entities(attachment.text),
        fields: attachment.fields.map((field) => ({ ...field, value: entities(field.value) })),
      }));
      return { ...request, body: { ...message, attachments: changed } };
    }),
};

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

test('the recorded scenario slack-api', () =>
  expectScenario('slack-api', {
    ...escaped,
    reason: 'ok: false is a failure whatever host answers it (fault 9)',
    failures: 1,
  }));

test.each(['slack', 'proxy-secret', 'helm', 'slack-nometa'])('the recorded scenario %s', (name) =>
  expectScenario(name, escaped),
);

test.each([
  ['<!channel> look', '&lt;!channel&gt; look'],
  ['@channel main@sha1:9d', '@\u200bchannel main@sha1:9d'],
])('%s mentions nobody, in Mattermost neither', async (message, shown) => {
  const { attachments } = JSON.parse(await bodyOfVariation('slack', { message }));
  expect(attachments[0].text).toBe(shown);
  expect(attachments[0].fallback).toBe(`kustomization/ledger.payments: ${shown}`);
});

test('an address that is empty is a failure that names the field', async () => {
  const { requests, failures } = await runScenario('b-noaddr');
  expect(requests).toEqual([]);
  expect(failures).toEqual([expect.stringContaining('invalid Slack hook URL')]);
});
