import { expect, test } from 'vitest';
import { createGitApi } from '../../../../operator/alerts/git/git-api.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;
const REQUEST = { url: new URL('https://host/list?per_page=2'), purpose: 'list comments' };

function apiOf(...answers: readonly GitAnswer[]) {
  const { calls, settings } = gitService(answers);
  const headers = { Authorization: 'Bearer canary-token', 'Private-Token': 'canary-private' };
  return { calls, api: createGitApi({ http: settings.http, headers: () => headers }) };
}

async function itemsOf(api: ReturnType<typeof apiOf>['api']): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of api.items(REQUEST, SIGNAL)) items.push(item);
  return items;
}

test.each([
  [401, 'final'],
  [403, 'final'],
  [404, 'final'],
  [422, 'final'],
  [301, 'final'],
  [308, 'final'],
  [408, 'passing'],
  [429, 'passing'],
  [500, 'passing'],
  [503, 'passing'],
])('status %d is %s', async (status, verdict) => {
  await expect(apiOf({ status }).api.call(REQUEST, SIGNAL)).rejects.toMatchObject({ verdict });
});

test('an error shows no address, and no credential that the answer quotes', async () => {
  const { api } = apiOf({ status: 400, text: 'no: Authorization: Bearer canary-token, canary-private' });
  const error = await api.call(REQUEST, SIGNAL).catch(String);
  expect(error).toBe('DeliveryError: failed to list comments: status code 400: no: Authorization: Bearer *****, *****');
});

test('an answer keeps what looks like a credential', async () => {
  expect(await apiOf({ json: { token: 'canary-token' } }).api.call(REQUEST, SIGNAL)).toEqual({ token: 'canary-token' });
});

test('the first page is asked for as it is written, the others by their numbers', async () => {
  const next = { link: '<https://elsewhere/list?page=2>; rel="next"' };
  const { api, calls } = apiOf({ json: [{ id: 1 }], headers: next }, { json: [{ id: 2 }], headers: {} });
  expect(await itemsOf(api)).toEqual([{ id: 1 }, { id: 2 }]);
  expect(calls.map((call) => call.split(' ')[1])).toEqual([
    'https://host/list?per_page=2',
    'https://host/list?per_page=2&page=2',
  ]);
});

test('there are no more pages than fifty', async () => {
  const { api, calls } = apiOf({ json: [{ id: 1 }], headers: { link: '<x>; rel="next"' } });
  expect(await itemsOf(api)).toHaveLength(50);
  expect(calls).toHaveLength(50);
});

test('what is no list passes', async () => {
  await expect(itemsOf(apiOf({ json: {} }).api)).rejects.toMatchObject({ verdict: 'passing' });
});

test.each([
  ['no body', {}, {}, undefined],
  ['204', { status: 204 }, {}, undefined],
  ['what may be absent', { status: 404, text: 'gone' }, { mayBeAbsent: true }, undefined],
  ['a page instead of JSON, after a write', { text: '<html>' }, { method: 'POST' as const }, undefined],
  ['JSON', { json: [1] }, {}, [1]],
])('%s', async (_name, answer, change, result) => {
  expect(await apiOf(answer).api.call({ ...REQUEST, ...change }, SIGNAL)).toEqual(result);
});

test('a page instead of JSON, after a read, passes', async () => {
  await expect(apiOf({ text: '<html>' }).api.call(REQUEST, SIGNAL)).rejects.toMatchObject({ verdict: 'passing' });
});
