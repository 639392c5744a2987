import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import {
  bodyOfVariation,
  failureOfAnswer,
  otherBody,
  runVariation,
  verdictOfAnswer,
} from '../../../support/alerts/variations.ts';

interface Body {
  readonly tags: readonly string[];
}

const ordered = otherBody('the recording sorts the tags; the metadata follow the object', ({ tags, ...rest }: Body) => {
  const [reason, controller, ...others] = tags;
  return { ...rest, tags: [controller, reason, ...others] };
});

test('the recorded scenario datadog', () => expectScenario('datadog', ordered));

test('the bytes of an event', async () => {
  expect(await bodyOfVariation('datadog', { metadata: { Zone: 'EU' } })).toBe(
    '{"alert_type":"info","date_happened":1804136767,"source_type_name":"fluxcd","tags":["flux_reporting_controller:' +
      'kustomize-controller","flux_reason:done","kube_kind:kustomization","kube_name:ledger","kube_namespace:payments",' +
      '"zone:eu"],"text":"ready","title":"Events from the Kustomization ledger/payments"}',
  );
});

test.each([
  ['@slack-ops look', '@\u200bslack-ops look'],
  ['%%% **x** %%%', '%%\u200b% **x** %%\u200b%'],
])('%s notifies nobody and is no Markdown', async (message, shown) => {
  expect(JSON.parse(await bodyOfVariation('datadog', { message })).text).toBe(shown);
});

test('a long message and long tags are cut', async () => {
  const body = await bodyOfVariation('datadog', { message: 'x'.repeat(5_000), metadata: { log: 'y'.repeat(300) } });
  const { text, tags } = JSON.parse(body);
  expect(text).toBe(`${'x'.repeat(3_999)}…`);
  expect(tags.at(-1)).toBe(`log:${'y'.repeat(195)}…`);
});

test('success is a JSON object', async () => {
  expect(await failureOfAnswer('datadog', 200, '<html>')).toBe('Datadog answered something else than a JSON object');
  expect(await verdictOfAnswer('datadog', 202, '')).toBe('final');
  expect(await failureOfAnswer('datadog', 403, '{"errors":["Forbidden"]}')).toContain('status code 403');
});

test('an empty key is refused', async () => {
  const { failures } = await runVariation('datadog', { secrets: { creds: {} } });
  expect(failures).toEqual([expect.stringContaining('api key cannot be empty')]);
});
