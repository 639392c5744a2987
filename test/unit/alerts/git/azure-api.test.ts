import { expect, test } from 'vitest';
import { createAzureApi } from '../../../../operator/alerts/git/azure-api.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;
const STATUSES = {
  id: '428DD4FB-fda5-4722-af02-9313b80305da',
  area: 'git',
  resourceName: 'statuses',
  routeTemplate: '{project}/_apis/{area}/repositories/{repositoryId}/commits/{commitId}/{resource}',
  minVersion: '1.0',
  maxVersion: '7.1',
  releasedVersion: '7.0',
};
const located = (change = {}): GitAnswer => ({ json: { count: 2, value: [{ id: 'x' }, { ...STATUSES, ...change }] } });

function apiOf(answers: readonly GitAnswer[] = [], address = 'https://dev.azure.com/Acme/Proj%20One/_git/ledger') {
  const service = gitService(answers, { address });
  const accepted: string[] = [];
  const { request } = service.settings.http;
  const http = {
    ...service.settings.http,
    request(asked: Parameters<typeof request>[0], signal: AbortSignal) {
      accepted.push(asked.headers?.Accept ?? '');
      return request(asked, signal);
    },
  };
  return { ...service, accepted, api: createAzureApi({ ...service.settings, http }, async () => 'Bearer az') };
}

test('the service says once where statuses are', async () => {
  const { api, calls, bodies } = apiOf([
    located(),
    { json: { value: [{ state: 'succeeded' }, 'x'] } },
    { status: 201 },
  ]);
  expect(await api.statuses('c0ffee', SIGNAL)).toEqual([{ state: 'succeeded' }]);
  await api.write('c0ffee', { state: 'error' }, SIGNAL);
  const url = 'https://dev.azure.com/acme/Proj%20One/_apis/git/repositories/ledger/commits/c0ffee/statuses';
  expect(calls).toEqual([
    'OPTIONS https://dev.azure.com/acme/_apis Bearer az',
    `GET ${url} Bearer az`,
    `POST ${url} Bearer az`,
  ]);
  expect(bodies[2]).toBe('{"state":"error"}');
});

test.each([
  [{}, '6.0'],
  [{ maxVersion: '5.1', releasedVersion: '5.1' }, '5.1'],
  [{ maxVersion: '5.1', releasedVersion: '5.0' }, '5.1-preview'],
  [{ minVersion: '6.5' }, '6.5'],
])('of %j the version is %s', async (change, version) => {
  const { api, accepted } = apiOf([located(change), { json: { value: [] } }]);
  await api.statuses('c0ffee', SIGNAL);
  expect(accepted).toEqual(['application/json', `application/json;api-version=${version}`]);
});

test.each<[what: string, GitAnswer, verdict: string, message: string]>([
  ['an answer without statuses', { json: { count: 0, value: [] } }, 'passing', 'the service names none'],
  ['an answer of another form', { json: [] }, 'passing', 'the service names none'],
  ['a page to sign in', { status: 203, text: '<html>' }, 'final', 'the token is not valid'],
  ['a refusal', { status: 401 }, 'final', 'status code 401'],
  ['a busy service', { status: 503 }, 'passing', 'status code 503'],
])('%s is a failure, and asked again', async (_what, answer, verdict, message) => {
  const { api, calls } = apiOf([answer, located(), { json: { value: [] } }]);
  const error = { verdict, message: expect.stringContaining(message) };
  await expect(api.statuses('c0ffee', SIGNAL)).rejects.toMatchObject(error);
  expect(await api.statuses('c0ffee', SIGNAL)).toEqual([]);
  expect(calls).toHaveLength(3);
});

test.each([['https://dev.azure.com/acme/one'], ['https://dev.azure.com/acme/one/_git/ledger/more']])(
  '%s is refused',
  (address) => {
    expect(() => apiOf([], address)).toThrow('must end with organization/project/_git/repository');
  },
);
