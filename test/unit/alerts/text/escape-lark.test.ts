import { expect, test } from 'vitest';
import { escapeLark } from '../../../../operator/alerts/text/escape-lark.ts';

test.each(['Health check passed in 3.1s', 'a_b & c > d', 'https://wiki.example/?a=1&b=2', '~5m'])(
  '%s stays as it is',
  (text) => expect(escapeLark(text)).toBe(text),
);

test.each([
  ['**b** _i_ ~~s~~', '&#42;&#42;b&#42;&#42; &#95;i&#95; &#126;&#126;s&#126;&#126;'],
  ['<at id=all></at>', '&#60;at id=all>&#60;/at>'],
  ['&lt;at&gt;', '&#38;lt;at&#38;gt;'],
  ['[a](b)', '&#91;a&#93;(b)'],
])('%s is shown as it is written', (text, escaped) => expect(escapeLark(text)).toBe(escaped));
