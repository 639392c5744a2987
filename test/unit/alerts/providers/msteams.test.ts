import { expect, test } from 'vitest';
import { cardFaults } from '../../../support/alerts/card-faults.ts';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import {
  bodyOfVariation,
  failureOfAnswer,
  otherBody,
  type Variation,
  verdictOfAnswer,
} from '../../../support/alerts/variations.ts';

const escaped = otherBody('Teams reads Markdown (fault 12)', (body) =>
  JSON.parse(JSON.stringify(body).replace('<0>', '\\\\<0>').replace('a_b*c', 'a_b\\\\*c').replace('<2>', '\\\\<2>')),
);

test.each(['msteams', 'msteams-nometa', 'msteams-connector'])('the recorded scenario %s', (name) =>
  expectScenario(name, escaped),
);

test('the bytes of an adaptive card', async () => {
  expect(await bodyOfVariation('msteams', { severity: 'error', metadata: { a: '1', summary: 's' } })).toBe(
    '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"$schema":' +
      '"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":[{"type":' +
      '"Container","items":[{"type":"TextBlock","text":"kustomization/ledger.payments","size":"large","weight":"bolder",' +
      '"wrap":true},{"type":"TextBlock","text":"ready","wrap":true,"color":"attention"},{"type":"FactSet","facts":' +
      '[{"title":"summary","value":"s"},{"title":"a","value":"1"}]}]}],"msteams":{"width":"Full"}}}]}',
  );
});

test('the bytes of a message card', async () => {
  expect(await bodyOfVariation('msteams-connector', {})).toBe(
    '{"@type":"MessageCard","@context":"http://schema.org/extensions","themeColor":"0076D7",' +
      '"summary":"kustomization/ledger.payments","sections":[{"activityTitle":"ready",' +
      '"activitySubtitle":"kustomization/ledger.payments","facts":[]}]}',
  );
});

test('a message hides no link', async () => {
  const body = await bodyOfVariation('msteams', { message: '[safe](https://evil.example)' });
  expect(JSON.parse(body).attachments[0].content.body[0].items[1].text).toBe('\\[safe\\](https://evil.example)');
});

test.each(['msteams', 'msteams-connector'])('a long message is cut to what Teams takes: %s', async (name) => {
  const body = await bodyOfVariation(name, { message: '<'.repeat(38_000), metadata: { zone: 'eu' } });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28_000);
  expect(Buffer.byteLength(body)).toBeGreaterThan(27_900);
  expect(JSON.parse(body)).toBeTypeOf('object');
});

const SPECIAL = `<b>&amp;"quoted"</b> \\ {{DATE(2017-02-14)}} \${expression} *a* _b_ ~c~ \u2028\u0000\ud800 ✓ 👩‍👩‍👧 \r\n- item\n1. one`;
test.each<[string, Variation]>([
  ['info', { metadata: { revision: 'main@sha1:9d1f' } }],
  ['an error', { severity: 'error', metadata: { summary: 's' } }],
  ['no metadata', {}],
  ['an empty message', { message: '', metadata: { empty: '' } }],
  ['special characters', { message: SPECIAL, metadata: { [SPECIAL]: SPECIAL } }],
  ['a long message', { message: '🦊<'.repeat(20_000), metadata: { zone: SPECIAL.repeat(20) } }],
  ['long metadata', { metadata: { a: 'é'.repeat(40_000), b: SPECIAL.repeat(1_000) } }],
  ['many metadata', { metadata: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`key-${i}`, SPECIAL])) }],
])("Microsoft's reader has nothing against the card: %s", async (_what, variation) => {
  const { attachments } = JSON.parse(await bodyOfVariation('msteams', variation));
  expect(cardFaults(attachments[0].content)).toEqual([]);
});

test("Microsoft's reader says what it objects to", () => {
  const body = [{ type: 'TextBlock', text: 'x', color: 'none' }, { type: 'Unknown' }];
  expect(cardFaults({ type: 'AdaptiveCard', version: '1.4', body, unknown: 1 })).toEqual([
    'Invalid value "none" for property "color".',
    'Unknown element type "Unknown". Fallback will be used if present.',
    'card.body.0.color is "none", and read as undefined',
    'card.body.1.type is "Unknown", and read as undefined',
    'card.unknown is 1, and read as undefined',
  ]);
});

test('success is what a connector says', async () => {
  const fault = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error';
  expect(await failureOfAnswer('msteams-connector', 200, '1')).toBe('');
  expect(await failureOfAnswer('msteams-connector', 200, `${fault} 413 with ContextId tcid=0`)).toBe(
    'Microsoft Teams refused the message with status 413',
  );
  expect(await failureOfAnswer('msteams-connector', 200, `${fault.split('Microsoft', 1)[0]}Error contacting it`)).toBe(
    'Microsoft Teams could not be reached by its connector',
  );
});

test.each([
  [
    200,
    'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with x',
    'passing',
  ],
  [200, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400 with x', 'final'],
  [200, 'Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint', 'passing'],
  [202, '', 'taken'],
  [302, 'see there', 'final'],
])('after %i %s it is %s', async (status, body, verdict) => {
  expect(await verdictOfAnswer('msteams-connector', status, body)).toBe(verdict);
});
