import { expect, it } from 'vitest';
import { DeliveryError } from '../../../../operator/alerts/delivery-error.ts';
import { post } from '../../../../operator/alerts/send/post.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

it.each([
  [200, undefined],
  [204, undefined],
  [302, 'final'],
  [400, 'final'],
  [401, 'final'],
  [404, 'final'],
  [408, 'passing'],
  [413, 'final'],
  [429, 'passing'],
  [500, 'passing'],
  [501, 'final'],
  [502, 'passing'],
  [503, 'passing'],
])('an answer with status %d is %s', async (status, verdict) => {
  const { errors, failures } = await runVariation('generic', { answer: [status, 'said'] });
  expect(errors[0]?.verdict).toBe(verdict);
  const message = `postMessage failed: request failed: request failed with status code ${status}: said`;
  expect(failures).toEqual(verdict === undefined ? [] : [expect.stringContaining(message)]);
});

it('what is not answered begins with the same words, and is what it was', async () => {
  const refused = new DeliveryError('final', 'failed to execute request: certificate refused: X');
  const http = { request: () => Promise.reject(refused), close: async () => {} };
  const posting = post(http, { url: new URL('http://x'), body: '' }, new AbortController().signal);
  await expect(posting).rejects.toMatchObject({
    verdict: 'final',
    message: 'postMessage failed: failed to execute request: certificate refused: X',
  });
});

it('a service that does not answer in time may pass, in the words of the original', async () => {
  const provider = { timeout: '100ms' };
  const { errors, failures } = await runVariation('slack', { provider, answer: [0, ''] });
  const words = 'postMessage failed: failed to execute request: context deadline exceeded';
  expect(failures).toEqual([expect.stringContaining(words)]);
  expect(errors[0]?.verdict).toBe('passing');
});
