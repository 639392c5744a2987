import { expect, test } from 'vitest';
import { checkGitHubLimit } from '../../../../operator/alerts/git/github-limit.ts';

const NOW_MS = 1_800_000_000_000;

function outcome(status: number, headers: Record<string, string>, text = ''): unknown {
  try {
    checkGitHubLimit({ status, headers, text, body: Buffer.from(text) }, 'failed to write status', NOW_MS);
    return 'no limit';
  } catch (error) {
    return error;
  }
}

test.each([
  ['retry-after', 403, { 'retry-after': '30' }, '', 30_000],
  ['no requests left', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000090' }, '', 90_000],
  ['no requests left, as 429', 429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000090' }, '', 90_000],
  ['a reset that is past', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1799999990' }, '', 0],
  ['no time', 403, { 'x-ratelimit-remaining': '0' }, '', undefined],
  ['only words', 403, {}, '{"message":"You have exceeded a secondary rate limit."}', 60_000],
])('%s passes', (_name, status, headers, text, retryAfterMs) => {
  expect(outcome(status, headers as Record<string, string>, text)).toMatchObject({
    verdict: 'passing',
    retryAfterMs,
    message: 'failed to write status: the rate limit of GitHub is reached',
  });
});

test.each([
  ['a refusal', 403, { 'x-ratelimit-remaining': '4999' }, '{"message":"Resource not accessible by integration"}'],
  ['success', 200, { 'x-ratelimit-remaining': '0' }, ''],
  ['a 429 without a time', 429, {}, ''],
])('%s is no limit of GitHub', (_name, status, headers, text) => {
  expect(outcome(status, headers as Record<string, string>, text)).toBe('no limit');
});
