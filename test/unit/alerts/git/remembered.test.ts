import { expect, test } from 'vitest';
import { remembered } from '../../../../operator/alerts/git/remembered.ts';

const SIGNAL = new AbortController().signal;

function counting(failures = 0) {
  const state = { asked: 0 };
  const ask = remembered(async () => {
    state.asked += 1;
    if (state.asked <= failures) throw new Error('away');
    return state.asked;
  });
  return { ask, state };
}

test('what is known is not asked for again', async () => {
  const { ask } = counting();
  expect([await ask(SIGNAL), await ask(SIGNAL)]).toEqual([1, 1]);
});

test('who asks meanwhile waits for the same answer', async () => {
  const { ask } = counting();
  expect(await Promise.all([ask(SIGNAL), ask(SIGNAL)])).toEqual([1, 1]);
});

test('a failure is not kept', async () => {
  const { ask } = counting(1);
  await expect(ask(SIGNAL)).rejects.toThrow('away');
  expect(await ask(SIGNAL)).toBe(2);
});
