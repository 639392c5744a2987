import { expect, it } from 'vitest';
import { readBusyTestOptions } from '../../../../scripts/test/busy-test-options.ts';

it.each([
  [[], { load: 20, runs: 1, args: [] }],
  [['--load', '4', '--runs', '10'], { load: 4, runs: 10, args: [] }],
  [['--runs=3', 'unit', 'http', '--changed=main'], { load: 20, runs: 3, args: ['unit', 'http', '--changed=main'] }],
  [['e2e', '--load=0'], { load: 0, runs: 1, args: ['e2e'] }],
  [['--load'], undefined],
  [['--runs', 'ten'], undefined],
  [['--load=-1'], undefined],
])('%j', (argv, expected) => {
  expect(readBusyTestOptions(argv)).toEqual(expected);
});
