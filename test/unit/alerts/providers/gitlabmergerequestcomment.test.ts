import { test } from 'vitest';
import { escapedComment } from '../../../support/alerts/escaped-comment.ts';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { learntOnce } from '../../../support/alerts/learnt-once.ts';

const once = learntOnce('/api/v4/user');

test('the recorded scenario gitlabmergerequestcomment', () => expectScenario('gitlabmergerequestcomment', once));

test('the recorded scenario gitlabmergerequestcomment-update', () =>
  expectScenario('gitlabmergerequestcomment-update', escapedComment));
