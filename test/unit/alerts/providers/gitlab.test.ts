import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';

test('the recorded scenario gitlab', () => expectScenario('gitlab'));
