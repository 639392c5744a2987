import { test } from 'vitest';
import { escapedComment } from '../../../support/alerts/escaped-comment.ts';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { learntOnce } from '../../../support/alerts/learnt-once.ts';

const once = learntOnce('/api/v1/version', '/api/v1/user');

test('the recorded scenario giteapullrequestcomment', () => expectScenario('giteapullrequestcomment', once));

test('the recorded scenario giteapullrequestcomment-update', () =>
  expectScenario('giteapullrequestcomment-update', escapedComment));
