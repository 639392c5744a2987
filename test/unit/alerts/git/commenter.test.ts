import { expect, test } from 'vitest';
import { giteaPullRequestComment } from '../../../../operator/alerts/providers/giteapullrequestcomment.ts';
import { githubPullRequestComment } from '../../../../operator/alerts/providers/githubpullrequestcomment.ts';
import { gitlabMergeRequestComment } from '../../../../operator/alerts/providers/gitlabmergerequestcomment.ts';
import type { Alert } from '../../../../operator/api/alert/alert.ts';
import { fluxEvent } from '../../../support/alerts/flux-event.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const SIGNAL = new AbortController().signal;
const MARKER = 'flux-pr-comment-key:0b4c/Kustomization/payments/ledger -->';
const ME: GitAnswer = { json: { login: 'me', username: 'me' } };
const NEXT = { link: '<https://x>; rel="next"' };

interface Sent {
  readonly answers: readonly GitAnswer[];
  readonly type?: typeof githubPullRequestComment;
  readonly number?: string;
  readonly kind?: string;
}

async function send({ answers, type = githubPullRequestComment, number = '7', kind = 'Kustomization' }: Sent) {
  const service = gitService(answers, { token: 'tok' });
  const notifier = await type.prepare(service.settings);
  const { involvedObject } = fluxEvent();
  const event = fluxEvent({
    involvedObject: { ...involvedObject, kind },
    metadata: new Map([['change_request', number]]),
  });
  await notifier.send({ event, alert: {} as Alert, statusId: '' }, SIGNAL);
  return { ...service, paths: service.calls.map((call) => call.split(' ').slice(0, 2).join(' ')) };
}

function comment(id: number, login: string, body: string) {
  return { id, user: { login }, author: { username: login }, body };
}

test('the first comment of the author with the marker is edited', async () => {
  const list = [
    comment(1, 'ann', `<!-- ${MARKER}`),
    comment(2, 'me', '<!-- flux-pr-comment-key:0b4c/Kustomization/payments/ledger2 -->'),
    comment(3, 'me', `<!-- ${MARKER} text`),
    comment(4, 'me', `<!-- ${MARKER}`),
  ];
  const { paths } = await send({ answers: [ME, { json: list }, {}] });
  expect(paths).toEqual([
    'GET https://api.github.com/user',
    'GET https://api.github.com/repos/acme/ledger/issues/7/comments?direction=asc&per_page=100&sort=created',
    'PATCH https://api.github.com/repos/acme/ledger/issues/comments/3',
  ]);
});

test('a comment behind the first hundred is found', async () => {
  const { paths } = await send({
    answers: [
      ME,
      { json: [comment(1, 'ann', 'hi')], headers: NEXT },
      { json: [comment(101, 'me', `<!-- ${MARKER}`)] },
      {},
    ],
  });
  expect(paths.slice(2)).toEqual([
    'GET https://api.github.com/repos/acme/ledger/issues/7/comments?direction=asc&per_page=100&sort=created&page=2',
    'PATCH https://api.github.com/repos/acme/ledger/issues/comments/101',
  ]);
});

test.each([
  [githubPullRequestComment, 'POST https://api.github.com/repos/acme/ledger/issues/7/comments'],
  [giteaPullRequestComment, 'POST https://github.com/api/v1/repos/acme/ledger/issues/7/comments'],
  [gitlabMergeRequestComment, 'POST https://github.com/api/v4/projects/acme%2Fledger/merge_requests/7/notes'],
])('$name makes one where there is none', async (type, path) => {
  const version: GitAnswer = { json: { version: '1.22.0', login: 'me', username: 'me' } };
  const before = type === giteaPullRequestComment ? [version, version] : [version];
  const { paths } = await send({ type, answers: [...before, { json: [] }, { status: 201 }] });
  expect(paths.at(-1)).toBe(path);
});

test.each(['', 'seven', '7/../8', '-1', '1e3', '99999999999999999999'])('%s is no change request', async (number) => {
  await expect(send({ answers: [ME], number })).rejects.toMatchObject({
    verdict: 'final',
    message: expect.stringContaining(`invalid "change_request" metadata value ${JSON.stringify(number)}`),
  });
});

test('no name ends the marker', async () => {
  const { bodies } = await send({ answers: [ME, { json: [] }, {}], kind: 'A --> @ann B' });
  expect(JSON.parse(bodies.at(-1) ?? '').body).toMatch(
    /^<!-- flux-pr-comment-key:0b4c\/A -- @ann B\/payments\/ledger -->\n/,
  );
});
