import { test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';

test.each(['githubdispatch', 'g-cs-dispatch'])('the recorded scenario %s', (name) => expectScenario(name));
