import { describe, expect, it } from 'vitest';
import { isUriReference } from '../../../../operator/verify/cdevents/is-uri-reference.ts';

describe('isUriReference', () => {
  it.each([
    '/event/source/123',
    'dev/pipelines',
    'https://git.example.com:8443/a/b?q=1#top',
    'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66',
    'mailto:a@b',
    '//host/path',
    'http://user:secret@host/',
    'http://[2001:db8::1]:80/',
    'my source',
    'größe/ü',
    '/a%20b',
    '?q',
    '#fragment',
    './a:b',
  ])('%s is one', (text) => {
    expect(isUriReference(text)).toBe(true);
  });

  it.each([
    '%zz',
    '/a%2',
    '#%',
    ':a',
    '1:a',
    '://a',
    'http://[::1',
    'http://host:port/',
    'http://a b/',
    'http://a\\b/',
    'http://a%20b/',
    'http://us er@host/',
    'a\nb',
    '\u007f',
  ])('%j is none', (text) => {
    expect(isUriReference(text)).toBe(false);
  });
});
