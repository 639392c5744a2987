/** What people are told to do: one sentence for each code that a delivery can have. */
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../../operator/api/errors.ts';
import { fixOf } from '../../../operator/api/fixes.ts';

const answered = Object.entries(errorTable).flatMap(([code, { status, notification }]) =>
  status === undefined && notification === undefined ? [] : [code],
);

describe('what to do', () => {
  it.each([...answered, 'poison', 'failing', 'away'])('is one sentence for %s, without a full stop', (code) => {
    expect(fixOf(code)).toMatch(/^\S.{20,150}[^.]$/);
    expect(fixOf(code)).not.toContain('{');
  });

  it('names the Secret of the object', () => {
    expect(fixOf('SignatureMismatch', 'apps/hook')).toBe(
      'the secret at the sender is not key token of Secret apps/hook',
    );
    expect(fixOf('SignatureMismatch')).toBe("the secret at the sender is not key token of the Receiver's Secret");
  });

  it.each(['Delivered', 'toString', 'SomethingElse'])('is nothing for %s', (code) => {
    expect(fixOf(code)).toBeUndefined();
  });
});
