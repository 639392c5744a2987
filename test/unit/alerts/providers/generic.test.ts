import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';

test.each([
  'generic',
  'generic-nometa',
  'generic-headers',
  'generic-hmac',
  'generic-hmac-nl',
  'generic-hmac-empty',
  'headers-bad',
])('the recorded scenario %s', (name) => expectScenario(name));
