import { expect, test } from 'vitest';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import { type Deviation, expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { notifierFor } from '../../../support/alerts/notifier-for.ts';
import { startRecorder } from '../../../support/alerts/recorder.ts';
import { runScenario } from '../../../support/alerts/run-scenario.ts';
import { bodyOfVariation, verdictOfAnswer } from '../../../support/alerts/variations.ts';

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

const ANSWERS = [
  ['{"ok":true}', 'taken', 'taken'],
  ['{"ok":false,"error":"channel_not_found"}', 'final', 'final'],
  ['{"ok":false,"error":"ratelimited"}', 'passing', 'passing'],
  ['{"status":"queued"}', 'taken', 'final'],
  ['ok', 'taken', 'passing'],
  ['', 'taken', 'passing'],
] as const;

test.each(ANSWERS)('an answer %j of whoever takes such messages is %s', async (body, verdict) => {
  expect(await verdictOfAnswer('slack', 200, body)).toBe(verdict);
});

test.each(ANSWERS)("an answer %j of Slack's API itself is not %s but %s", async (body, _elsewhere, verdict) => {
  const { host, close } = await startRecorder([{ match: 'POST', status: 200, body }]);
  const address = 'https://slack.com/api/chat.postMessage';
  const notifier = notifierFor({ type: 'slack', address }, { standIns: new Map([['slack.com', `http://${host}`]]) });
  const delivered = notifier.deliver(parseEvent(Buffer.from('{}'))).then(
    () => 'taken',
    (error) => error.verdict,
  );
  expect(await delivered).toBe(verdict);
  await notifier.end();
  await close();
});
