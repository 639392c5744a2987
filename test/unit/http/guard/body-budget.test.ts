/** Room for bodies: given whole, in line, and taken back from those who stall while others wait. */
import { describe, expect, it } from 'vitest';
import { createBodyBudget } from '../../../../operator/http/guard/body-budget.ts';

const FOREVER_MS = 1_000_000;
const noRevocation = (): void => {
  throw new Error('revoked');
};

describe('a body budget', () => {
  it('gives room until there is none, and again when it is released', () => {
    const budget = createBodyBudget({ bytes: 10, waitMs: FOREVER_MS, heldMs: FOREVER_MS });
    const first = budget.tryTake(6, noRevocation);
    expect(budget.tryTake(5, noRevocation)).toBeUndefined();
    expect(budget.tryTake(4, noRevocation)).toBeDefined();
    expect(budget.usedBytes).toBe(10);
    first?.release();
    first?.release();
    expect(budget.usedBytes).toBe(4);
    expect(budget.tryTake(6, noRevocation)).toBeDefined();
  });

  it('serves those who wait in their order, and nobody past them', async () => {
    const budget = createBodyBudget({ bytes: 10, waitMs: FOREVER_MS, heldMs: FOREVER_MS });
    const holder = budget.tryTake(10, noRevocation);
    const order: string[] = [];
    const large = budget.take(9, noRevocation).then((room) => {
      order.push('large');
      return room;
    });
    const small = budget.take(2, noRevocation).then((room) => {
      order.push('small');
      return room;
    });
    holder?.release();
    const room = await large;
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
    room.release();
    (await small).release();
    expect(order).toEqual(['large', 'small']);
    expect(budget.usedBytes).toBe(0);
  });

  it('refuses who has waited for too long, and serves the next', async () => {
    const budget = createBodyBudget({ bytes: 10, waitMs: 30, heldMs: FOREVER_MS });
    budget.tryTake(8, noRevocation)?.keep();
    await expect(budget.take(9, noRevocation)).rejects.toMatchObject({ code: 'BodiesFull' });
    expect(budget.tryTake(2, noRevocation)).toBeDefined();
  });

  it('takes room from the oldest that is still arriving, never from one that is whole', async () => {
    const budget = createBodyBudget({ bytes: 10, waitMs: FOREVER_MS, heldMs: 30 });
    budget.tryTake(4, noRevocation)?.keep();
    const revoked: string[] = [];
    const oldest = budget.tryTake(3, () => {
      revoked.push('oldest');
      oldest?.release();
    });
    const younger = budget.tryTake(3, () => {
      revoked.push('younger');
      younger?.release();
    });
    const room = await budget.take(6, noRevocation);
    expect(revoked).toEqual(['oldest', 'younger']);
    room.release();
    expect(budget.usedBytes).toBe(4);
  });

  it('leaves those alone who take long while nobody waits', async () => {
    const budget = createBodyBudget({ bytes: 10, waitMs: FOREVER_MS, heldMs: 10 });
    const room = budget.tryTake(10, noRevocation);
    await new Promise((resolve) => setTimeout(resolve, 50));
    room?.release();
    expect(budget.usedBytes).toBe(0);
  });
});
