/** The error table: every code has one kind of answer. */
import { describe, expect, it } from 'vitest';
import { errorTable, httpStatusOf, ReceiverError, RequestError } from '../../../operator/api/errors.ts';

const entries = Object.entries(errorTable);

describe('the error table', () => {
  it.each(entries)('gives %s one kind of answer', (_code, { status, closes, condition, notification, meaning }) => {
    expect([status, closes, condition, notification].filter((answer) => answer !== undefined)).toHaveLength(1);
    expect(meaning).toMatch(/[^.]$/);
  });

  it('gives a status of 4xx or 5xx', () => {
    for (const [, { status = 400 }] of entries) expect(status).toSatisfy((code: number) => code >= 400 && code <= 599);
  });

  it('has a message acknowledged, held, tried again or rejected by whether another attempt can help', () => {
    const answers = (['EventNotListed', 'PendingFull', 'TargetNotFound', 'FilterFailed'] as const).map(
      (code) => errorTable[code].outcome,
    );
    expect(answers).toEqual(['done', 'away', 'failing', 'poison']);
  });
});

describe('an error', () => {
  it("of a request has the table's answer, and no stack", () => {
    const error = new RequestError('PendingFull');
    expect(httpStatusOf(error.code)).toBe(503);
    expect(error.retryAfterSeconds).toBe(1);
    expect(new RequestError('RefusedTooOften', undefined, { retryAfterSeconds: 7 }).retryAfterSeconds).toBe(7);
    expect(error.stack).not.toContain('\n');
  });

  it('of a Receiver is terminal where no retry helps', () => {
    expect(new ReceiverError('ValidationFailed', 'x').terminal).toBe(true);
    expect(new ReceiverError('TokenNotFound', 'x').terminal).toBe(false);
  });
});
