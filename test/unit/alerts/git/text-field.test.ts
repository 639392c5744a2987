import { expect, test } from 'vitest';
import { fieldOf, textField } from '../../../../operator/alerts/git/text-field.ts';

test('the text', () => expect(textField({ login: 'bot' }, 'login', 'the user')).toBe('bot'));

test.each([[undefined], [null], [[]], ['bot'], [{}], [{ login: '' }], [{ login: 7 }]])('%j has none', (answer) => {
  expect(() => textField(answer, 'login', 'the user')).toThrow(
    expect.objectContaining({ verdict: 'passing', message: 'failed to read the user: the answer lacks login' }),
  );
});

test('a field of what is no object', () => {
  expect(fieldOf(null, 'login')).toBeUndefined();
  expect(fieldOf({ login: 7 }, 'login')).toBe(7);
});
