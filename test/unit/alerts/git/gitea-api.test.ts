import { expect, test } from 'vitest';
import { createGiteaApi } from '../../../../operator/alerts/git/gitea-api.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;

function apiOf(answers: readonly GitAnswer[] = [], change = {}) {
  const settings = { address: 'https://host:3000/acme/ledger.git', token: 'gt', ...change };
  const service = gitService(answers, settings);
  return { calls: service.calls, api: createGiteaApi(service.settings) };
}

test('the API is that of the host, and is asked with the token', async () => {
  const { api, calls } = apiOf([{ json: {} }]);
  await api.call({ url: api.url('/user'), purpose: 'read the user' }, SIGNAL);
  expect(calls).toEqual(['GET https://host:3000/api/v1/user token gt']);
  expect(api.repositoryUrl('/statuses').href).toBe('https://host:3000/api/v1/repos/acme/ledger/statuses');
});

test.each([
  ['1.11.0', 'new'],
  ['1.22.0+dev-1', 'new'],
  ['v2.0.0', 'new'],
  ['7.0.0+gitea-1.22.0', 'new'],
  ['development', 'new'],
  ['', 'new'],
  ['1.10.9', 'gitea 1.10 is too old: 1.11 is needed'],
  ['0.99', 'gitea 0.99 is too old: 1.11 is needed'],
])('version %j is %s', async (version, verdict) => {
  const { api, calls } = apiOf([{ json: { version } }]);
  const said = await api.checkVersion(SIGNAL).then(
    () => 'new',
    (error: Error) => error.message,
  );
  expect(said).toBe(verdict);
  expect(calls).toEqual(['GET https://host:3000/api/v1/version token gt']);
});

test('the version is asked for once, and again after a failure', async () => {
  const { api, calls } = apiOf([{ status: 503 }, { json: { version: '1.22.0' } }]);
  await expect(api.checkVersion(SIGNAL)).rejects.toMatchObject({ verdict: 'passing' });
  await api.checkVersion(SIGNAL);
  await api.checkVersion(SIGNAL);
  expect(calls).toHaveLength(2);
});

test.each([
  ['no repository', { address: 'https://host/acme' }, 'the address must end with owner/repo'],
  ['more than a repository', { address: 'https://host/acme/ledger/' }, 'the address must end with owner/repo'],
  ['no token', { token: '' }, 'gitea token cannot be empty'],
])('%s is refused', (_what, change, message) => {
  expect(() => apiOf([], change)).toThrow(message);
});

test('a password stands for a token', async () => {
  const { api, calls } = apiOf([{ json: {} }], { token: '', password: 'secret' });
  await api.call({ url: api.url('/user'), purpose: 'read the user' }, SIGNAL);
  expect(calls).toEqual(['GET https://host:3000/api/v1/user token secret']);
});
