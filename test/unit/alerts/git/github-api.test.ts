import { expect, test } from 'vitest';
import { createGitHubApi } from '../../../../operator/alerts/git/github-api.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;

function apiOf(answers: readonly GitAnswer[] = [], change = {}) {
  const service = gitService(answers, { token: 'ghp', ...change });
  return { calls: service.calls, api: createGitHubApi(service.settings) };
}

test.each([
  ['https://github.com/acme/ledger', 'https://api.github.com/repos/acme/ledger/dispatches'],
  ['git@github.com:acme/ledger.git', 'https://api.github.com/repos/acme/ledger/dispatches'],
  ['ssh://git@GitHub.com/acme/ledger', 'https://api.github.com/repos/acme/ledger/dispatches'],
  ['https://ghe.example:8443/acme/ledger', 'https://ghe.example:8443/api/v3/repos/acme/ledger/dispatches'],
  ['http://ghe.example/acme/led%20ger', 'http://ghe.example/api/v3/repos/acme/led%20ger/dispatches'],
])('the repository of %s', (address, url) => {
  expect(apiOf([], { address }).api.repositoryUrl('/dispatches').href).toBe(url);
});

test.each([
  ['a token', {}, 'Bearer ghp'],
  ['a password', { token: '', password: 'secret' }, 'Bearer secret'],
])('it is asked with %s', async (_what, change, header) => {
  const { api, calls } = apiOf([{ json: {} }], change);
  await api.call({ url: api.url('/user'), purpose: 'read the user' }, SIGNAL);
  expect(calls).toEqual([`GET https://api.github.com/user ${header}`]);
  expect(api.app).toBeUndefined();
});

test.each([
  ['no repository', { address: 'https://github.com/acme' }, 'the address must end with owner/repo'],
  ['more than a repository', { address: 'https://github.com/acme/ledger/' }, 'the address must end with owner/repo'],
  ['no credentials', { token: '' }, 'github token or github app details must be specified'],
  [
    'half an App',
    { token: '', secret: { githubAppID: Buffer.from('1') } },
    "invalid GitHub App in the Secret: the key 'githubAppPrivateKey' is missing",
  ],
])('%s is refused', (_what, change, message) => {
  expect(() => apiOf([], change)).toThrow(message);
});

test('a limit of requests passes, and a refusal does not', async () => {
  const limited = apiOf([{ status: 403, headers: { 'retry-after': '7' } }]);
  const request = { url: limited.api.url('/user'), purpose: 'read the user' };
  await expect(limited.api.call(request, SIGNAL)).rejects.toMatchObject({ verdict: 'passing', retryAfterMs: 7_000 });
  await expect(apiOf([{ status: 403 }]).api.call(request, SIGNAL)).rejects.toMatchObject({ verdict: 'final' });
});
