import { expect, test } from 'vitest';
import { redact } from '../../../operator/alerts/redact.ts';

test.each<[text: string, secrets: string[], shown: string]>([
  ['you sent tok-secret', ['tok-secret'], 'you sent *****'],
  ['POST http://h/a/b?c=d failed', ['http://h/a/b?c=d'], 'POST ***** failed'],
  ['no such path /a/b', ['http://h/a/b?c=d'], 'no such path *****'],
  ['{"key":"12345678","wait":true}', ['http://h/a?key=12345678&wait=true'], '{"key":"*****","wait":true}'],
  ['the path / is there', ['http://h/'], 'the path / is there'],
  ['a cat', ['a'], 'a cat'],
  ['longer-secret', ['long', 'longer-secret'], '*****'],
  ['"a\\"b\\nc"', ['a"b\nc'], '"*****"'],
])('%j without %j is %j', (text, secrets, shown) => {
  expect(redact(text, secrets)).toBe(shown);
});
