import { expect, test } from 'vitest';
import { runScenario } from '../../../support/alerts/run-scenario.ts';

test.each([
  'github',
  'gitlab',
  'gitea',
  'bitbucket',
  'bitbucketserver',
  'azuredevops',
  'githubdispatch',
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'giteapullrequestcomment',
])('%s gives up a service that does not answer when the timeout is over', async (name) => {
  const { errors, failures } = await runScenario(name, (scenario) => ({
    ...scenario,
    provider: { ...scenario.provider, timeout: '100ms' },
    serverAnswers: ['GET', 'POST', 'OPTIONS'].map((match) => ({ match, status: 0, body: '' })),
    posts: [
      {
        label: 'error',
        base: 'error',
        answer: 202,
        changes: { metadata: { '+': { 'event.toolkit.fluxcd.io/change_request': '42' } } },
      },
    ],
  }));
  expect(failures).toEqual([expect.stringContaining('context deadline exceeded')]);
  expect(errors.map(({ verdict }) => verdict)).toEqual(['passing']);
});
