import { expect, test } from 'vitest';
import { remembered } from '../../../../operator/alerts/git/remembered.ts';

const SIGNAL = new AbortController().signal;

function counting(isCurrent?: (value: number) => boolean, failures = 0) {
  const state = { asked: 0 };
  const ask = remembered(async () => {
    state.asked += 1;
    if (state.asked <= failures) throw new Error('away');
    return state.asked;
  }, isCurrent);
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
  const { ask } = counting(undefined, 1);
  await expect(ask(SIGNAL)).rejects.toThrow('away');
  expect(await ask(SIGNAL)).toBe(2);
});

test('what is not current any more is asked for again', async () => {
  const { ask } = counting((value) => value > 1);
  expect([await ask(SIGNAL), await ask(SIGNAL), await ask(SIGNAL)]).toEqual([1, 2, 2]);
});

test('what was forgotten is asked for again', async () => {
  const { ask } = counting();
  await ask(SIGNAL);
  ask.forget();
  expect(await ask(SIGNAL)).toBe(2);
});
