import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { bodyOfVariation, otherBody } from '../../../support/alerts/variations.ts';

const escaped = otherBody('Google Chat reads HTML (fault 12)', (body) =>
  JSON.parse(
    JSON.stringify(body).replace('<0> & more', '&lt;0&gt; &amp; more').replace('a=1&b=<2>', 'a=1&amp;b=&lt;2&gt;'),
  ),
);

test.each(['googlechat', 'googlechat-nometa'])('the recorded scenario %s', (name) => expectScenario(name, escaped));

test('the bytes of a message', async () => {
  expect(await bodyOfVariation('googlechat', { severity: 'error', metadata: { zone: 'eu' } })).toBe(
    '{"cards":[{"header":{"title":"kustomization/ledger.payments","subtitle":"kustomize-controller","imageUrl":null,' +
      '"imageStyle":null},"sections":[{"header":"","widgets":[{"textParagraph":{"text":' +
      '"\\u003cfont color=\\"#ff0000\\"\\u003eready\\u003c/font\\u003e"},"keyValue":null}]},{"header":"","widgets":[' +
      '{"textParagraph":null,"keyValue":{"topLabel":"zone","content":"eu","contentMultiline":false,"bottomLabel":null,' +
      '"icon":null}}]}]}]}',
  );
});

test.each([
  ['<users/all> look', '&lt;users/all&gt; look'],
  ['<a href="https://evil.example">safe</a>', '&lt;a href="https://evil.example"&gt;safe&lt;/a&gt;'],
])('%s mentions nobody and hides nothing', async (message, shown) => {
  const body = JSON.parse(await bodyOfVariation('googlechat', { message }));
  expect(body.cards[0].sections[0].widgets[0].textParagraph.text).toBe(shown);
});

test('a long message is cut to what Google Chat takes, its markup whole', async () => {
  const body = await bodyOfVariation('googlechat', { severity: 'error', message: '&'.repeat(38_000) });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(32_000);
  expect(JSON.parse(body).cards[0].sections[0].widgets[0].textParagraph.text).toMatch(
    /^<font color="#ff0000">(&amp;)+…<\/font>$/,
  );
});
