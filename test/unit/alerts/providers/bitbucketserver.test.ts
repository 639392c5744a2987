import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { scenarios } from '../../../support/alerts/scenarios.ts';

test.each(['bitbucketserver', 'bitbucketserver-basic'])('the recorded scenario %s', (name) => expectScenario(name));

test('a password alone goes with spec.username', () =>
  expectScenario('b-pwonly-bbs', {
    reason: 'the documented pair of spec.username and a password in the Secret works (fault 16)',
    failures: 0,
    change: (_requests, { provider }) =>
      (scenarios.get('bitbucketserver-basic')?.requests ?? []).map((request) => ({
        ...request,
        path: request.path.replace('/proj/repos/ledger/', '/p/repos/r/'),
        body: request.body && { ...request.body, url: provider.address },
      })),
  }));
