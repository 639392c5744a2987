/** What is replaced in a body before it is kept: each rule with a canary that must not be found afterwards. */
import { describe, expect, it } from 'vitest';
import { redact } from '../../../../operator/deliveries/bodies/redact.ts';

const CANARY = 'canary-4711';
const SECRETS = ['the-shared-4712\n', '', '  ', 'a/b+c=', 'say "yes"', '47135'];

const redacted = (value: unknown) => redact(value, SECRETS);

describe('a value is replaced', () => {
  it.each([
    ...['token', 'accessToken', 'X-Gitlab-TOKEN', 'client_secret', 'SECRETS', 'password', 'db_passwd'],
    ...['Authorization', 'proxy_authorization', 'credentials', 'private', 'isPrivate', 'key', 'ssh_key', 'apiKey'],
  ])('whose key is %s', (key) => {
    expect(redacted({ [key]: CANARY })).toEqual({ value: { [key]: '[redacted]' }, redacted: true });
  });

  it.each([
    ['a list', [CANARY]],
    ['an object', { deep: { deeper: CANARY } }],
    ['a number', 4711],
    ['false', false],
    ['null', null],
  ])('that is %s', (_what, value) => {
    expect(redacted({ nested: [{ token: value }] }).value).toEqual({ nested: [{ token: '[redacted]' }] });
  });

  it.each<[what: string, value: unknown, kept: unknown]>([
    [
      'in a list variables',
      { variables: [{ name: 'A', value: CANARY, more: { Value: CANARY } }] },
      { variables: [{ name: 'A', value: '[redacted]', more: { Value: '[redacted]' } }] },
    ],
    [
      'in a list variables inside another',
      { Variables: [[{ value: { value: CANARY } }]] },
      { Variables: [[{ value: '[redacted]' }]] },
    ],
    ['as a value of the Secret', { text: `see the-shared-4712 here` }, { text: '[redacted]' }],
    ['as a key that has a value of the Secret', { 'the-shared-4712': 1 }, { '[redacted]': 1 }],
    [
      'as user information of a URL',
      { url: `https://me:${CANARY}@git.example.com/a.git` },
      { url: 'https://[redacted]@git.example.com/a.git' },
    ],
    [
      'as user information with an @ in it',
      { url: `https://me@home:${CANARY}@git.example.com/` },
      { url: 'https://[redacted]@git.example.com/' },
    ],
    [
      'as the query of a URL',
      { url: `ssh://git.example.com/a?x=${CANARY}#top` },
      { url: 'ssh://git.example.com/a?[redacted]#top' },
    ],
    [
      'in each URL of a text',
      { text: `clone https://${CANARY}@a.example/x, or <http://b.example/?q=${CANARY}> please` },
      { text: 'clone https://[redacted]@a.example/x, or <http://b.example/?[redacted]> please' },
    ],
    [
      'behind a quote in a URL',
      { text: `https://me:a'${CANARY}@a.example/ and https://b.example/?q='${CANARY}'` },
      { text: 'https://[redacted]@a.example/ and https://b.example/?[redacted]' },
    ],
    [
      'in a URL behind a letter, a digit or a line',
      { text: `remote_https://me:${CANARY}@a.example/, 1ssh://b.example/?${CANARY}` },
      { text: 'remote_https://[redacted]@a.example/, 1ssh://b.example/?[redacted]' },
    ],
    [
      'in a URL inside another',
      { text: `https://proxy.example/https://me:${CANARY}@a.example/?${CANARY}#https://b.example/?${CANARY}` },
      { text: 'https://proxy.example/https://[redacted]@a.example/?[redacted]#https://b.example/?[redacted]' },
    ],
    ['as a value of the Secret, percent-encoded', { text: 'q=a%2fb%2Bc%3d' }, { text: '[redacted]' }],
    ['as a value of the Secret beside a broken percent', { text: '100%a/b+c=%ff' }, { text: '[redacted]' }],
    ['as a value of the Secret in a cut JSON', { text: '{"a": "say \\"yes\\" a' }, { text: '[redacted]' }],
    ['as a value of the Secret in a cut JSON of PHP', { text: '{"a": "a\\/b+c=", ' }, { text: '[redacted]' }],
    ['as a value of the Secret that is a number', { a: [47_135, 47_136] }, { a: ['[redacted]', 47_136] }],
    [
      'as a value of the Secret in base64',
      { data: Buffer.from('it is the-shared-4712!').toString('base64') },
      { data: '[redacted]' },
    ],
    [
      'in JSON behind spaces inside base64',
      { data: Buffer.from(` \n{"token":"${CANARY}"}`).toString('base64url') },
      { data: Buffer.from('{"token":"[redacted]"}').toString('base64') },
    ],
    [
      'in JSON inside a string',
      { Message: JSON.stringify({ a: { password: CANARY } }) },
      { Message: '{"a":{"password":"[redacted]"}}' },
    ],
    [
      'in JSON inside base64',
      { data: Buffer.from(JSON.stringify([{ token: CANARY }])).toString('base64') },
      { data: Buffer.from('[{"token":"[redacted]"}]').toString('base64') },
    ],
  ])('%s', (_what, value, kept) => {
    const result = redacted(value);
    expect(result).toEqual({ value: kept, redacted: true });
    expect(JSON.stringify(result)).not.toContain(CANARY);
  });

  it('in a text that is all schemes in no time', () => {
    for (const part of ['a.', 'a://', '://', 'a?', '@', '://@', '%41']) {
      const text = `${part.repeat(60_000 / part.length)}://x`;
      expect(redacted({ text }).value).toHaveProperty('text');
    }
  });

  it('below so many levels that nobody reads it', () => {
    let value: unknown = CANARY;
    for (let level = 0; level < 9_000; level++) value = [value];
    const result = redacted(value);
    expect(result.redacted).toBe(true);
    expect(JSON.stringify(result.value)).not.toContain(CANARY);
  });
});

describe('a value stays', () => {
  it.each<[what: string, value: unknown]>([
    ['of other keys', { ref: 'refs/heads/main', keys: 1, keyboard: 'x', value: 'x', monkey_id: 3 }],
    ['of variables that are no list', { variables: { value: 'x' } }],
    ['that is a URL without either', { url: 'https://git.example.com/a/b.git#readme', scp: 'git@example.com:a/b' }],
    ['that is a URL with an empty query', { url: 'https://git.example.com/a?', other: 'what? see https' }],
    ['that is no URL', { text: 'see a:b@c?d and x://' }],
    ['that is percent-encoded', { text: 'a%20b %e4 100%' }],
    ['that is JSON in a string as it was written', { Message: '{ "a" : 1 }' }],
    ['that only looks like base64', { sha: 'e83c5163316f89bfbde7d9ab23ca2e25604af290', word: 'Whatever123=' }],
    ['of any kind', [1, 1.5, true, null, 'x', {}, []]],
    ['with the name __proto__', JSON.parse('{"__proto__":{"a":1}}')],
  ])('%s', (_what, value) => {
    const result = redacted(value);
    expect(result.redacted).toBe(false);
    expect(JSON.stringify(result.value)).toBe(JSON.stringify(value));
  });
});
