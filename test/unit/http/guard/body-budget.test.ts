/** Room for bodies: given whole, first come, first served, and taken back from those who stall while others wait. */
import { describe, expect, it } from 'vitest';
import { type BodyBudget, createBodyBudget, type Room } from '../../../../operator/http/guard/body-budget.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const WAIT_MS = 5_000;
const HELD_MS = 3_000;

const noRevocation = (): void => {
  throw new Error('revoked');
};

function create() {
  const clock = createManualClock();
  const budget = createBodyBudget({ bytes: 10, waitMs: WAIT_MS, heldMs: HELD_MS, clock });
  return { clock, budget };
}

/** Takes room, and writes its name down when it has it, or the code of the error. */
function takeAs(name: string, log: string[], budget: BodyBudget, bytes: number): Promise<Room | undefined> {
  return budget.take(bytes, noRevocation).then(
    (room) => {
      log.push(name);
      return room;
    },
    (error: { code: string }) => {
      log.push(`${name}: ${error.code}`);
      return undefined;
    },
  );
}

describe('a body budget', () => {
  it('gives room until there is none, and again when it is released', () => {
    const { budget } = create();
    const first = budget.tryTake(6, noRevocation);
    expect(budget.tryTake(5, noRevocation)).toBeUndefined();
    expect(budget.tryTake(4, noRevocation)).toBeDefined();
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
    first?.release();
    first?.release();
    expect(budget.tryTake(7, noRevocation)).toBeUndefined();
    expect(budget.tryTake(6, noRevocation)).toBeDefined();
  });

  it('serves the first that came first, also when a later one would fit', async () => {
    const { clock, budget } = create();
    const holders = [budget.tryTake(5, noRevocation), budget.tryTake(5, noRevocation)];
    for (const holder of holders) holder?.keep();
    const log: string[] = [];
    const large = takeAs('large', log, budget, 9);
    const small = takeAs('small', log, budget, 2);
    holders[0]?.release();
    await clock.advance(0);
    expect(log).toEqual([]);
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
    holders[1]?.release();
    await clock.advance(0);
    expect(log).toEqual(['large']);
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
    (await large)?.release();
    (await small)?.release();
    expect(log).toEqual(['large', 'small']);
    expect(clock.pendingTimers).toBe(0);
    expect(budget.tryTake(10, noRevocation)).toBeDefined();
  });

  it('refuses one that waited for too long, and serves the next', async () => {
    const { clock, budget } = create();
    budget.tryTake(8, noRevocation)?.keep();
    const log: string[] = [];
    void takeAs('large', log, budget, 9);
    void takeAs('small', log, budget, 2);
    await clock.advance(WAIT_MS - 1);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['large: BodiesFull', 'small']);
  });

  it('takes room from the oldest that is still arriving, never from one that is whole', async () => {
    const { clock, budget } = create();
    budget.tryTake(4, noRevocation)?.keep();
    const revoked: string[] = [];
    const arrive = (name: string): void => {
      const room = budget.tryTake(3, ({ code }) => {
        revoked.push(`${name}: ${code}`);
        room?.release();
      });
    };
    arrive('oldest');
    await clock.advance(1_000);
    arrive('younger');
    const log: string[] = [];
    void takeAs('waiting', log, budget, 6);
    await clock.advance(HELD_MS - 1_001);
    expect(revoked).toEqual([]);
    await clock.advance(1);
    expect(revoked).toEqual(['oldest: BodiesFull']);
    expect(log).toEqual([]);
    await clock.advance(1_000);
    expect(revoked).toEqual(['oldest: BodiesFull', 'younger: BodiesFull']);
    expect(log).toEqual(['waiting']);
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
  });

  it('leaves those alone that take long while nobody waits', async () => {
    const { clock, budget } = create();
    const room = budget.tryTake(10, noRevocation);
    await clock.advance(10 * HELD_MS);
    expect(budget.tryTake(1, noRevocation)).toBeUndefined();
    room?.release();
    expect(budget.tryTake(10, noRevocation)).toBeDefined();
  });
});
