import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { learntOnce } from '../../../support/alerts/learnt-once.ts';

test('the recorded scenario gitea', () => expectScenario('gitea', learntOnce('/api/v1/version')));
