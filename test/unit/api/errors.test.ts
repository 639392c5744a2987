/** The error table: every code has one kind of answer, and the docs list it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorTable, httpStatusOf, ReceiverError, RequestError } from '../../../operator/api/errors.ts';

const entries = Object.entries(errorTable);
const metricsPage = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

/** The codes that the docs list under each status; `none` for a connection that is closed. */
function documented(): Map<string, string> {
  const [, list = ''] = /The codes of `result`[^\n]*\n\n([\s\S]*?)\n\n/.exec(metricsPage) ?? [];
  const items = list.split(/^- /m).slice(1);
  return new Map(
    items.flatMap((item) => {
      const [heading = ''] = /^\d{3}|^none/.exec(item) ?? [];
      return [...item.matchAll(/`([A-Z]\w+)`/g)].map(([, code = '']): [string, string] => [code, heading]);
    }),
  );
}

describe('the error table', () => {
  it.each(entries)('gives %s one kind of answer', (_code, { status, closes, condition, meaning }) => {
    expect([status, closes, condition].filter((answer) => answer !== undefined)).toHaveLength(1);
    expect(meaning).toMatch(/[^.]$/);
  });

  it('gives a status of 4xx or 5xx', () => {
    for (const [, { status = 400 }] of entries) expect(status).toSatisfy((code: number) => code >= 400 && code <= 599);
  });

  it('is what the docs list', () => {
    const counted = entries.filter(([, { condition }]) => condition === undefined);
    const expected = new Map(counted.map(([code, { status }]) => [code, status === undefined ? 'none' : `${status}`]));
    expect(new Map([...documented()].sort())).toEqual(new Map([...expected].sort()));
  });

  it('has a message acknowledged, delivered again or rejected by whether another attempt can help', () => {
    const answers = (['EventNotListed', 'PendingFull', 'FilterFailed'] as const).map((code) => errorTable[code].broker);
    expect(answers).toEqual(['acknowledge', 'again', 'reject']);
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
