import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createGitHubApi } from '../../../../operator/alerts/git/github-api.ts';
import { createGitHubApp } from '../../../../operator/alerts/git/github-app.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';
import { uncountedTokens } from '../../../support/alerts/uncounted-tokens.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const NOW_MS = 1_800_000_000_000;
const SIGNAL = new AbortController().signal;
const OWNER = { namespace: 'payments', name: 'github' };

function secretOf(changes: Readonly<Record<string, string>>): Record<string, Buffer> {
  const texts = { githubAppID: '1', githubAppInstallationID: '2', githubAppPrivateKey: PEM, ...changes };
  return Object.fromEntries(
    Object.entries(texts)
      .filter(([, text]) => text !== '')
      .map(([key, text]) => [key, Buffer.from(text)]),
  );
}

function token(name: string, validMs = 3_600_000): GitAnswer {
  return { status: 201, json: { token: name, expires_at: new Date(NOW_MS + validMs).toISOString() } };
}

function appOf(answers: readonly GitAnswer[], changes: Readonly<Record<string, string>> = {}, now = () => NOW_MS) {
  const { calls, settings } = gitService(answers);
  const tokens = uncountedTokens(now).of(OWNER);
  const app = createGitHubApp(secretOf(changes), { http: settings.http, headers: {}, tokens, now });
  if (app === undefined) throw new Error('no App');
  return { app, calls, paths: () => calls.map((call) => call.split(' ').slice(0, 2).join(' ')) };
}

test('the claim has an issuer, begins 30 s ago and ends in 90 s', async () => {
  const { app, calls } = appOf([token('t')]);
  await app.token(SIGNAL);
  const jwt = calls[0]?.split('Bearer ')[1] ?? '';
  const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, { currentDate: new Date(NOW_MS) });
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toEqual({ iss: '1', iat: NOW_MS / 1_000 - 30, exp: NOW_MS / 1_000 + 90 });
});

test.each([
  ['an installation', {}, [token('t')], ['POST https://api.github.com/app/installations/2/access_tokens']],
  [
    'an organisation',
    { githubAppInstallationID: '', githubAppInstallationOwner: 'acme' },
    [{ json: { id: 7 } }, token('t')],
    [
      'GET https://api.github.com/orgs/acme/installation',
      'POST https://api.github.com/app/installations/7/access_tokens',
    ],
  ],
  [
    'a user',
    { githubAppInstallationID: '', githubAppInstallationOwner: 'ann', githubAppBaseURL: 'https://ghe.example/api/v3/' },
    [{ status: 404 }, { json: { id: 8 } }, token('t')],
    [
      'GET https://ghe.example/api/v3/orgs/ann/installation',
      'GET https://ghe.example/api/v3/users/ann/installation',
      'POST https://ghe.example/api/v3/app/installations/8/access_tokens',
    ],
  ],
])('the token of %s', async (_name, changes, answers, wanted) => {
  const { app, paths } = appOf(answers as GitAnswer[], changes as Record<string, string>);
  expect(await app.token(SIGNAL)).toBe('t');
  expect(paths()).toEqual(wanted);
});

test('a token is kept until two minutes before it expires', async () => {
  let now = NOW_MS;
  const { app, calls } = appOf([token('one'), token('two', 7_200_000)], {}, () => now);
  expect(await app.token(SIGNAL)).toBe('one');
  now += 58 * 60_000 - 1;
  expect(await app.token(SIGNAL)).toBe('one');
  now += 1;
  expect(await app.token(SIGNAL)).toBe('two');
  expect(calls).toHaveLength(2);
});

test.each([
  ['of the token', {}],
  ['of the organisation', { githubAppInstallationID: '', githubAppInstallationOwner: 'acme' }],
])('the rate limit passes, %s', async (_name, changes) => {
  const { app, calls } = appOf([{ status: 403, headers: { 'retry-after': '7' } }], changes);
  await expect(app.token(SIGNAL)).rejects.toMatchObject({ verdict: 'passing', retryAfterMs: 7_000 });
  expect(calls).toHaveLength(1);
});

test('a refusal is final', async () => {
  const { app } = appOf([{ status: 401, json: { message: 'A JSON web token could not be decoded' } }]);
  await expect(app.token(SIGNAL)).rejects.toMatchObject({ verdict: 'final' });
});

test('the slug', async () => {
  const { app, paths } = appOf([{ json: { slug: 'sluice' } }]);
  expect(await app.slug(SIGNAL)).toBe('sluice');
  expect(paths()).toEqual(['GET https://api.github.com/app']);
});

test.each([
  ['no ID', { githubAppID: '' }, "'githubAppID' is missing"],
  ['no key', { githubAppPrivateKey: '' }, "'githubAppPrivateKey' is missing"],
  ['no PEM', { githubAppPrivateKey: 'canary' }, "'githubAppPrivateKey' is not a PEM RSA private key"],
  ['no installation', { githubAppInstallationID: '' }, 'one of'],
  ['two installations', { githubAppInstallationOwner: 'acme' }, 'one of'],
  ['a bad address', { githubAppBaseURL: 'canary' }, "'githubAppBaseURL' is not an http URL"],
])('%s is refused', (_name, changes, message) => {
  const { http, tokens } = gitService([]).settings;
  const create = () => createGitHubApp(secretOf(changes as Record<string, string>), { http, headers: {}, tokens });
  expect(create).toThrow(message);
  expect(create).not.toThrow('canary');
});

test('a Secret without an App has none', () => {
  const { http, tokens } = gitService([]).settings;
  expect(createGitHubApp({}, { http, headers: {}, tokens })).toBeUndefined();
});

describe('a call as an App', () => {
  const call = async (answers: readonly GitAnswer[]) => {
    const { calls, settings } = gitService(answers, { secret: secretOf({}) });
    const api = createGitHubApi(settings);
    const result = api.call({ url: api.url('/user'), purpose: 'read the user' }, SIGNAL);
    const outcome = await result.catch((error: unknown) => error);
    return { outcome, used: calls };
  };

  test('is made again with a new token when the first is not taken any more', async () => {
    const valid = { status: 201, json: { token: 'new', expires_at: '2999-01-01T00:00:00Z' } };
    const old = { status: 201, json: { token: 'old', expires_at: '2999-01-01T00:00:00Z' } };
    const { outcome, used } = await call([old, { status: 401 }, valid, { json: { login: 'x' } }]);
    expect(outcome).toEqual({ login: 'x' });
    expect([used[1], used[3]]).toEqual([
      'GET https://api.github.com/user Bearer old',
      'GET https://api.github.com/user Bearer new',
    ]);
  });

  test('is final when the new token is not taken either', async () => {
    const valid = { status: 201, json: { token: 'new', expires_at: '2999-01-01T00:00:00Z' } };
    const { outcome, used } = await call([valid, { status: 401 }, valid, { status: 401 }]);
    expect(outcome).toMatchObject({ verdict: 'final' });
    expect(used).toHaveLength(4);
  });
});
