import { expect, test } from 'vitest';
import { goForm } from '../../../../operator/alerts/encode/go-form.ts';

test('keys are sorted and values escaped as Go does', () => {
  expect(goForm(new URLSearchParams({ b: '~a-b_c.d*', a: "x y/é'", c: '' }))).toBe(
    'a=x+y%2F%C3%A9%27&b=~a-b_c.d%2A&c=',
  );
});
