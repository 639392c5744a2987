import { describe, expect, it } from 'vitest';
import { formPayload } from '../../../operator/verify/form-payload.ts';

describe('formPayload', () => {
  it.each([
    ['percent and plus', 'payload=%7B%22a%22%3A+%22b+c%22%7D', '{"a": "b c"}'],
    ['beyond ASCII', 'payload=%E2%9C%93', '✓'],
    ['among others', 'a=1&payload=x&b=2', 'x'],
    ['the first of two', 'payload=x&payload=y', 'x'],
    ['empty', 'payload=', ''],
  ])('decodes it: %s', (_what, body, expected) => {
    expect(formPayload(Buffer.from(body))?.toString()).toBe(expected);
  });

  it.each([
    ['an empty form', ''],
    ['a form of other things', 'a=1'],
  ])('finds none in %s', (_what, body) => {
    expect(formPayload(Buffer.from(body))).toBeUndefined();
  });

  it.each([
    ['half an escape', 'payload=%7'],
    ['an escape that is not hex', 'payload=%zz'],
    ['a semicolon between parameters', 'a=1;payload=x'],
  ])('refuses %s', (_what, body) => {
    expect(() => formPayload(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });
});
