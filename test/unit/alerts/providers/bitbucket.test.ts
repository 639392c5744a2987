import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';

test.each(['bitbucket', 'bb-token-colon'])('the recorded scenario %s', (name) => expectScenario(name));
