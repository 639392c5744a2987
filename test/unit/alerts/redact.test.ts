import { expect, test } from 'vitest';
import { redact } from '../../../operator/alerts/redact.ts';

test.each<[text: string, secrets: string[], shown: string]>([
  ['you sent tok-secret', ['tok-secret'], 'you sent *****'],
  ['POST http://h/a/b?c=d failed', ['http://h/a/b?c=d'], 'POST ***** failed'],
  ['no such path /a/b', ['http://h/a/b?c=d'], 'no such path *****'],
  ['{"key":"12345678","wait":true}', ['http://h/a?key=12345678&wait=true'], '{"key":"*****","wait":true}'],
  ['for user-name-1 and pass%20word', ['http://user-name-1:pass%20word@h/a'], 'for ***** and *****'],
  ['Basic dXNlci1uYW1lLTE6cGFzcyB3b3Jk', ['http://user-name-1:pass%20word@h/a'], 'Basic *****'],
  ['no webhook T0000000000000001', ['http://h/services/T0000000000000001/B1'], 'no webhook *****'],
  [
    'the key c2VjcmV0LWtleS1vZi1odWI= failed',
    ['Endpoint=sb://h;SharedAccessKey=c2VjcmV0LWtleS1vZi1odWI='],
    'the key ***** failed',
  ],
  ['a%20b%2Fc', ['a b/c'], '*****'],
  ['the path / is there', ['http://h/'], 'the path / is there'],
  ['a cat', ['a'], 'a cat'],
  ['longer-secret', ['long', 'longer-secret'], '*****'],
  ['"a\\"b\\nc"', ['a"b\nc'], '"*****"'],
])('%j without %j is %j', (text, secrets, shown) => {
  expect(redact(text, secrets)).toBe(shown);
});
