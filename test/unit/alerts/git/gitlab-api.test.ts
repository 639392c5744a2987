import { expect, test } from 'vitest';
import { createGitLabApi } from '../../../../operator/alerts/git/gitlab-api.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;

function apiOf(address: string, answers: readonly GitAnswer[] = [], token = 'glpat') {
  const { calls, settings } = gitService(answers, { address, token });
  return { calls, api: createGitLabApi(settings) };
}

test.each([
  ['https://gitlab.com/group/ledger', 'https://gitlab.com/api/v4/projects/group%2Fledger/statuses'],
  ['https://host:8443/group/sub.d/ledger.git', 'https://host:8443/api/v4/projects/group%2Fsub%2Ed%2Fledger/statuses'],
  ['ssh://git@host/group/ledger', 'https://host/api/v4/projects/group%2Fledger/statuses'],
  ['git@host:group/ledger.git', 'https://host/api/v4/projects/group%2Fledger/statuses'],
  ['http://host/42', 'http://host/api/v4/projects/42/statuses'],
  ['https://host/gr%20oup/a?b', 'https://host/api/v4/projects/gr%20oup%2Fa/statuses'],
])('the project of %s', (address, url) => {
  expect(apiOf(address).api.projectUrl('/statuses').href).toBe(url);
});

test('the API is that of the host, and is asked with the token', async () => {
  const { api, calls } = apiOf('https://host/group/ledger', [{ json: {} }]);
  await api.call({ url: api.url('/user'), purpose: 'read the user' }, SIGNAL);
  expect(calls).toEqual(['GET https://host/api/v4/user glpat']);
});

test.each([
  ['no project', 'https://host/', 'glpat', 'invalid repository id: the address must end with group/project'],
  ['no address', '', 'glpat', 'invalid address'],
  ['no token', 'https://host/group/ledger', '', 'gitlab token cannot be empty'],
])('%s is refused', (_what, address, token, message) => {
  expect(() => apiOf(address, [], token)).toThrow(message);
});

test.each<[GitAnswer, string]>([
  [{ status: 409 }, 'passing'],
  [{ status: 400, text: 'Cannot transition status via :run from :running' }, 'passing'],
  [{ status: 400, text: 'description is too long' }, 'final'],
  [{ status: 401 }, 'final'],
  [{ status: 503 }, 'passing'],
])('%j is %s', async (answer, verdict) => {
  const { api } = apiOf('https://host/group/ledger', [answer]);
  const request = { method: 'POST', url: api.projectUrl('/statuses/x'), body: {}, purpose: 'write status' } as const;
  await expect(api.call(request, SIGNAL)).rejects.toMatchObject({ verdict });
});
