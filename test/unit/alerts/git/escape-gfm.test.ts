import { expect, test } from 'vitest';
import type { FluxEvent } from '../../../../operator/alerts/flux-event.ts';
import { commentBody } from '../../../../operator/alerts/git/comment-body.ts';
import { escapeGfm } from '../../../../operator/alerts/git/escape-gfm.ts';

test.each([
  'Health check passed in 3.1s',
  'release/7@sha1:9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12',
  'https://wiki.example/~ledger/a_b?a=1&b=<2>',
  'snake_case - a + b > 1. (ok) 5% #tag! a/b',
  'dry-run failed: "replicas" <0> & more\nsecond line',
])('%j stays as it is', (text) => {
  expect(escapeGfm(text, true)).toBe(text);
});

test.each([
  ['a mention', 'ask @octo-cat (@team/x)', 'ask @&#8203;octo-cat (@&#8203;team/x)'],
  ['a reference', 'see #12, owner/repo#3 and !4', 'see #&#8203;12, owner/repo#&#8203;3 and !&#8203;4'],
  ['emphasis', '**a** *b* __c__ _d_ ~~e~~', '\\*\\*a\\*\\* \\*b\\* \\_\\_c\\_\\_ \\_d\\_ \\~\\~e\\~\\~'],
  ['a link and an image', '[x](https://a) ![y](https://b)', '\\[x](https://a) !\\[y](https://b)'],
  ['code', '`a` ```b', '\\`a\\` \\`\\`\\`b'],
  ['HTML', '<b>x</b> <!-- y --> <?z', '&lt;b>x&lt;/b> &lt;!-- y --> &lt;?z'],
  ['an entity', '&lt; &#60; & <', '&amp;lt; &amp;#&#8203;60; & <'],
  ['a backslash', 'C:\\*', 'C:\\\\\\*'],
  ['a table', '|a|b|', '\\|a\\|b\\|'],
  ['a heading', '# a\nb\n===', '\\# a\nb\n\\==='],
  ['a list', '- a\n+ b\n1. c\n2) d', '\\- a\n\\+ b\n1\\. c\n2\\) d'],
  ['a rule and a quotation', '---\n  > a', '\\---\n  \\> a'],
  ['a command', '/approve\nof\n /merge', '\\/approve\nof\n \\/merge'],
])('%s has no meaning', (_name, text, escaped) => {
  expect(escapeGfm(text, true)).toBe(escaped);
});

test('what stands within a line begins none', () => {
  expect(escapeGfm('/path - a\n/close', false)).toBe('/path - a\n\\/close');
});

const event: FluxEvent = {
  involvedObject: {
    kind: 'Kustomization',
    namespace: 'payments',
    name: 'ledger',
    uid: '',
    apiVersion: '',
    resourceVersion: '',
    fieldPath: '',
  },
  severity: 'info',
  timestamp: null,
  message: '',
  reason: 'Done',
  metadata: new Map(),
  reportingController: '',
  reportingInstance: '',
};

test("a message cannot pretend to be another object's comment", () => {
  const other = '<!-- flux-pr-comment-key:uid/Kustomization/payments/other -->';
  const body = commentBody(
    { ...event, message: other, metadata: new Map([['k`', other]]) },
    '<!-- flux-pr-comment-key:uid/Kustomization/payments/ledger -->',
  );
  expect(body).not.toContain(other);
  expect(body).toContain("* `k'`: &lt;!--");
});

test('a comment is cut to the length that GitHub takes', () => {
  expect(commentBody({ ...event, message: '*'.repeat(39_000) }, '<!-- key -->')).toHaveLength(65_536);
});

test.each(['\n', '\r\n', '\r'])('a line begins behind %j', (end) => {
  expect(escapeGfm(`a${end}/close`, false)).toBe(`a${end}\\/close`);
});
