import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer, otherBody, verdictOfAnswer } from '../../../support/alerts/variations.ts';

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
