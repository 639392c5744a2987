import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runScenario } from '../../../support/alerts/run-scenario.ts';
import type { Scenario } from '../../../support/alerts/scenarios.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  'github',
  'github-same',
  'b-norev',
  'b-expr-err',
  'b-expr-type',
  'b-reason',
  'b-slash',
  'g-commit-by-alert',
])('the recorded scenario %s', (name) => expectScenario(name));

test('the recorded scenario github-app', async () => {
  const now = 1_800_000_000;
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: '12', iat: now - 30, exp: now + 90 })}`;
  const jwt = `${claims}.${sign('RSA-SHA256', Buffer.from(claims), privateKey).toString('base64url')}`;
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  await expectScenario('github-app', {
    reason: 'the recording leaves out the key, and what is signed with it',
    fillIn: (scenario) => filledIn(scenario, '<an RSA key, PEM>', pem),
    change: (requests) => filledIn(requests, '<app JWT>', jwt),
  });
});

function filledIn<T>(value: T, blank: string, text: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(blank, JSON.stringify(text).slice(1, -1))) as T;
}

const STATUSES = '/api/v3/repos/acme/ledger/commits/9d1f0c6b7a3e25d48b90f1c2e4a6873d5b0c9e12/statuses?per_page=50';
const only =
  (change: Partial<Scenario>) =>
  (scenario: Scenario): Scenario => ({
    ...scenario,
    posts: [{ label: 'error', base: 'error', answer: 202 }],
    ...change,
  });

test('a description is cut to the 140 characters that GitHub takes, and known by what is left of it', async () => {
  const description = `${'word '.repeat(27)}word…`;
  const posts = [{ label: 'long', base: 'error' as const, answer: 202, changes: { reason: 'Word'.repeat(50) } }];
  const { requests } = await runScenario('github', only({ posts }));
  expect(JSON.parse(requests[1]?.body ?? '')).toMatchObject({ description });
  expect(description).toHaveLength(140);
  const known = [{ context: 'kustomization/ledger/b7e4d2a0', state: 'failure', description }];
  const serverAnswers = [{ match: 'GET', status: 200, body: JSON.stringify(known) }];
  const again = await runScenario('github', only({ posts, serverAnswers }));
  expect(again.requests.map(({ method }) => method)).toEqual(['GET']);
});

test('a status beyond the first page is found', async () => {
  const known = { context: 'kustomization/ledger/b7e4d2a0', state: 'failure', description: 'build failed' };
  const serverAnswers = [
    { match: `GET ${STATUSES}&page=2`, status: 200, body: JSON.stringify([known]) },
    { match: 'GET', status: 200, body: '[]', header: { link: '<https://elsewhere.example/2>; rel="next"' } },
  ];
  const { requests } = await runScenario('github', only({ serverAnswers }));
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `GET ${STATUSES}`,
    `GET ${STATUSES}&page=2`,
  ]);
});

test('a line feed after the token is not sent', async () => {
  const { requests } = await runScenario('github', only({ secrets: { creds: { token: 'ghp_1\n' } } }));
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer ghp_1', 'Bearer ghp_1']);
});

test.each([
  [401, 'final'],
  [403, 'final'],
  [404, 'final'],
  [301, 'final'],
  [408, 'passing'],
  [429, 'passing'],
  [503, 'passing'],
])('status %i is %s', async (status, verdict) => {
  const serverAnswers = [{ match: 'GET', status, body: '{}' }];
  const { errors, requests } = await runScenario('github', only({ serverAnswers }));
  expect(errors.map((error) => error.verdict)).toEqual([verdict]);
  expect(requests).toHaveLength(1);
});

test('an address of a Secret is not shown where it is none of a repository', async () => {
  const { failures } = await runScenario(
    'b-slash',
    only({ secrets: { creds: { token: 't', address: 'https://host.example/secret-path/a/b' } } }),
  );
  expect(failures).toEqual([expect.stringContaining('must end with owner/repo')]);
  expect(failures.join()).not.toContain('secret-path');
});
