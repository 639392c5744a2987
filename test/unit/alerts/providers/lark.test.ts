import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, failureOfAnswer, otherBody, verdictOfAnswer } from '../../../support/alerts/variations.ts';

const escaped = otherBody('Lark reads Markdown and tags (fault 12)', (body) =>
  JSON.parse(JSON.stringify(body).replace('<0>', '&#60;0>').replace('a_b*c', 'a_b&#42;c').replace('<2>', '&#60;2>')),
);

test('the recorded scenario lark', () => expectScenario('lark', escaped));

test('the recorded scenario b-lark-200', () =>
  expectScenario('b-lark-200', {
    ...escaped,
    reason: 'a code other than 0 is a failure whatever the status (fault 9), and what fault 12 says',
    failures: 1,
  }));

function contentOf(body: string): string {
  return JSON.parse(body).card.elements[0].text.content;
}

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('lark', { metadata: { zone: 'eu' } })).toBe(
    '{"msg_type":"interactive","card":{"config":{"wide_screen_mode":true},"header":{"title":{"tag":"plain_text",' +
      '"content":"💫 kustomization/ledger.payments"},"template":"turquoise"},"elements":[{"tag":"div","text":{"tag":' +
      '"lark_md","content":"**ready**\\n\\nzone: eu\\n"}}]}}',
  );
});

test.each([
  ['<at id=all></at>', '&#60;at id=all>&#60;/at>'],
  ['[safe](https://evil.example)', '&#91;safe&#93;(https://evil.example)'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  expect(contentOf(await bodyOfVariation('lark', { message }))).toBe(`**${shown}**\n\n`);
});

test('a long message is cut to what Lark takes, its markup whole', async () => {
  const body = await bodyOfVariation('lark', { message: '*'.repeat(38_000) });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
  expect(contentOf(body)).toMatch(/^\*\*(&#42;)+…\*\*\n\n$/);
});

test('success is what Lark says', async () => {
  expect(await failureOfAnswer('lark', 200, '{"code":19021,"msg":"sign match fail"}')).toBe(
    'Lark responded with error: 19021 sign match fail',
  );
  expect(await failureOfAnswer('lark', 200, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{}}')).toBe('');
});

test.each([
  [200, '{"code":11232,"msg":"frequency limited"}', 'passing'],
  [200, '{"code":19024,"msg":"Key Words Not Found"}', 'final'],
  [200, 'ok', 'taken'],
  [503, '', 'passing'],
])('after %i %s it is %s', async (status, body, verdict) => {
  expect(await verdictOfAnswer('lark', status, body)).toBe(verdict);
});
