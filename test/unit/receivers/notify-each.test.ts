import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { notifyEach } from '../../../operator/receivers/notify-each.ts';

const inputs = (count: number) => Array.from({ length: count }, (_, index) => () => ({ req: { index } }));

describe('notifyEach', () => {
  it.each([0, 1, 2, 500, 501, 1_200])('of %i events notifies of each', async (count) => {
    const seen = await notifyEach(inputs(count), (input) => Promise.resolve(input?.req.index));
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('has no more than 500 under way at once, and makes no input before its turn', async () => {
    let made = 0;
    let underWay = 0;
    let most = 0;
    const all = Array.from({ length: 1_200 }, () => () => {
      made += 1;
      return undefined;
    });
    const gate = Promise.withResolvers<void>();
    const done = notifyEach(all, async () => {
      most = Math.max(most, ++underWay);
      await gate.promise;
      underWay -= 1;
    });
    expect([made, underWay]).toEqual([500, 500]);
    gate.resolve();
    await done;
    expect([made, most]).toEqual([1_200, 500]);
  });

  it.each([1, 2])('of %i events throws what fails', async (count) => {
    const error = new RequestError('TargetNotFound');
    await expect(notifyEach(inputs(count), () => Promise.reject(error))).rejects.toBe(error);
    const throwing = Array.from({ length: count }, () => () => {
      throw error;
    });
    await expect(notifyEach(throwing, () => Promise.resolve())).rejects.toBe(error);
  });

  it.each([1, 3])('of %i events has the one without input come to what the caller says', async (count) => {
    const unmade = () => {
      throw new RequestError('FilterInputInvalid');
    };
    const seen = await notifyEach<unknown>(
      [unmade, ...inputs(count - 1)],
      async (input) => input?.req.index,
      async (error) => (error as RequestError).code,
    );
    expect(seen).toEqual(['FilterInputInvalid', 0, 1].slice(0, count));
  });

  it('tries all where one fails, and throws want of room first', async () => {
    const seen: unknown[] = [];
    const notifying = notifyEach(inputs(3), async (input) => {
      seen.push(input?.req.index);
      if (input?.req.index === 0) throw new RequestError('FilterFailed');
      if (input?.req.index === 1) throw new RequestError('PendingFull');
    });
    await expect(notifying).rejects.toMatchObject({ code: 'PendingFull' });
    expect(seen).toEqual([0, 1, 2]);
  });
});
