// Refusals in turns of the event loop.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createRefusalTurns } from '../../../../operator/http/guard/refusal-turns.ts';

it('refuses at once as many as a turn may have, and the others in their order, so many in each turn', async () => {
  const turns = createRefusalTurns(2);
  const refused: number[] = [];
  for (let i = 1; i <= 5; i++) turns.take(() => refused.push(i));
  expect(refused).toEqual([1, 2]);
  await turn();
  expect(refused).toEqual([1, 2, 3, 4]);
  turns.take(() => refused.push(6));
  turns.take(() => refused.push(7));
  expect(refused).toEqual([1, 2, 3, 4]);
  await turn();
  expect(refused).toEqual([1, 2, 3, 4, 5, 6]);
  await turn();
  expect(refused).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('begins anew when a turn had nothing to refuse', async () => {
  const turns = createRefusalTurns(1);
  const refused: number[] = [];
  for (let i = 1; i <= 3; i++) {
    turns.take(() => refused.push(i));
    expect(refused.at(-1)).toBe(i);
    await turn();
  }
});

it('goes on when one of them asks for the next', async () => {
  const turns = createRefusalTurns(1);
  let count = 0;
  const again = (): void => {
    count += 1;
    if (count < 4) turns.take(again);
  };
  turns.take(again);
  expect(count).toBe(1);
  for (let i = 2; i <= 4; i++) {
    await turn();
    expect(count).toBe(i);
  }
});

it('refuses at once what comes when very many wait, and those that wait in their turn', async () => {
  const turns = createRefusalTurns(1);
  const refused: number[] = [];
  for (let i = 1; i <= 1_026; i++) turns.take(() => refused.push(i));
  expect(refused).toEqual([1, 1_026]);
  await turn();
  expect(refused).toEqual([1, 1_026, 2]);
});
