import { test } from 'vitest';
import { escapedComment } from '../../../support/alerts/escaped-comment.ts';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { learntOnce } from '../../../support/alerts/learnt-once.ts';

const once = learntOnce('/api/v3/user');

test('the recorded scenario githubpullrequestcomment', () => expectScenario('githubpullrequestcomment', once));

test('the recorded scenario githubpullrequestcomment-update', () =>
  expectScenario('githubpullrequestcomment-update', escapedComment));
