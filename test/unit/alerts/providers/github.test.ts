import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';

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
