import { expect, test } from 'vitest';
import { gitlab } from '../../../../operator/alerts/providers/gitlab.ts';
import type { Alert } from '../../../../operator/api/alert/alert.ts';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { fluxEvent } from '../../../support/alerts/flux-event.ts';
import { type GitAnswer, gitService } from '../../../support/alerts/git-settings.ts';

const COMMIT = 'a'.repeat(40);

async function send(answers: readonly GitAnswer[], statusId = 'id') {
  const { calls, settings } = gitService(answers, { address: 'https://gitlab.com/acme/ledger', token: 'tok' });
  const event = fluxEvent({ metadata: new Map([['revision', COMMIT]]) });
  const notifier = await gitlab.prepare(settings);
  await notifier.send({ event, alert: {} as Alert, statusId }, new AbortController().signal);
  return calls;
}

test('the recorded scenario gitlab', () => expectScenario('gitlab'));

test('a name is written into the query as Go does', async () => {
  const [list] = await send([{ json: [] }, { status: 201 }], 'a/b *~(c)');
  expect(list).toContain(`/repository/commits/${COMMIT}/statuses?name=a%2Fb+%2A~%28c%29 `);
});

test.each([
  [409, 'Conflict'],
  [400, 'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")'],
])('a status that somebody else is writing (%d) passes', async (status, message) => {
  await expect(send([{ json: [] }, { status, json: { message } }])).rejects.toMatchObject({ verdict: 'passing' });
});

test('another bad request is final', async () => {
  await expect(send([{ json: [] }, { status: 400, json: { message: 'name is invalid' } }])).rejects.toMatchObject({
    verdict: 'final',
  });
});
