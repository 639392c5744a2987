import { describe, expect, it } from 'vitest';
import { ApiError, ConnectionError } from '../../../../operator/kube/api-error.ts';
import { apiErrorOf, contentOf, retryDelayOf } from '../../../../operator/kube/transport/answer.ts';

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: Buffer.from(body),
});
const failure = (extra: object) => JSON.stringify({ kind: 'Status', status: 'Failure', ...extra });

describe('contentOf', () => {
  it('parses what a 2xx brings, and takes an empty one for nothing', () => {
    expect(contentOf(answer(200, '{"a":"ä"}'))).toEqual({ a: 'ä' });
    expect(contentOf(answer(202, ''))).toBeUndefined();
  });

  it.each([301, 400, 404, 503])('throws an ApiError for %i', (status) => {
    expect(() => contentOf(answer(status, '{}'))).toThrow(ApiError);
  });

  it('throws a ConnectionError for a page that is not JSON, without quoting it', () => {
    const error = catchOf(() => contentOf(answer(200, '<html>secret</html>')));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toBe('the answer with status 200 is not JSON');
  });
});

describe('apiErrorOf', () => {
  it('has what the Status says', () => {
    const body = failure({ message: 'gone', reason: 'Expired', code: 410, details: { retryAfterSeconds: 3 } });
    expect(apiErrorOf(answer(410, body))).toMatchObject({
      httpStatus: 410,
      reason: 'Expired',
      message: 'gone',
      retryAfterMs: 3000,
    });
  });

  it.each([['null'], ['[]'], ['<html>'], ['{"status":"Success","message":"no"}']])('makes do with %s', (body) => {
    expect(apiErrorOf(answer(502, body))).toMatchObject({
      httpStatus: 502,
      reason: '',
      message: 'the API server answered 502',
      retryAfterMs: undefined,
      status: undefined,
    });
  });
});

describe('retryDelayOf', () => {
  it.each([
    [429, '2', 2000],
    [503, '0', 0],
    [500, '1', 1000],
    [429, 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
    [429, 'soon', undefined],
    [429, '-1', undefined],
    [409, '2', undefined],
    [200, '2', undefined],
  ])('%i with Retry-After %s', (status, retryAfter, expected) => {
    expect(retryDelayOf(answer(status, '', { 'retry-after': retryAfter }))).toBe(expected);
  });

  it('reads a date to come', () => {
    const clock = { now: () => Date.UTC(2026, 0, 2, 15, 4, 5) };
    const headers = { 'retry-after': 'Fri, 02 Jan 2026 15:05:05 GMT' };
    expect(retryDelayOf(answer(503, '', headers), clock)).toBe(60_000);
    expect(apiErrorOf(answer(503, '', headers), clock).retryAfterMs).toBe(60_000);
  });

  it('asks for nothing without the header', () => {
    expect(retryDelayOf(answer(429, ''))).toBeUndefined();
  });
});

function catchOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}
