// How many requests may come without waiting for the answers before them.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPipelining, type RequestQueue } from '../../../../operator/http/guard/pipelining.ts';

const newQueue = (): RequestQueue => ({ open: 0, turn: 0, burst: 0 });
const limits = { maxPipelinedRequests: 3, maxPipelinedInAll: 4 };

it('counts those of one turn although they are answered, and forgets them with the next', async () => {
  const pipelining = createPipelining(limits);
  const queue = newQueue();
  for (let i = 0; i < 3; i++) {
    expect(pipelining.begin(queue)).toBe(true);
    pipelining.end(queue, 1);
  }
  expect(pipelining.begin(queue)).toBe(false);
  await turn();
  expect(pipelining.begin(queue)).toBe(true);
});

it('counts those that are not answered over many turns', async () => {
  const pipelining = createPipelining(limits);
  const queue = newQueue();
  for (let i = 0; i < 3; i++) {
    expect(pipelining.begin(queue)).toBe(true);
    await turn();
  }
  expect(pipelining.begin(queue)).toBe(false);
  pipelining.end(queue, 1);
  await turn();
  expect(pipelining.begin(queue)).toBe(true);
});

it('bounds all connections together, but never the first request of one', async () => {
  const pipelining = createPipelining(limits);
  const [one, two, three] = [newQueue(), newQueue(), newQueue()];
  for (const queue of [one, one, one, two, two, two]) expect(pipelining.begin(queue)).toBe(true);
  await turn();
  expect(pipelining.begin(three)).toBe(true);
  expect(pipelining.begin(three)).toBe(false);
  // A connection that is gone has none left, however often that is said.
  pipelining.end(one, 3);
  pipelining.end(one, 1);
  expect(one.open).toBe(0);
  expect(pipelining.begin(three)).toBe(true);
});
