import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import { createDeadline, pauseWithin, within } from '../../../../operator/kube/transport/deadline.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const LONG_MS = 3_600_000;
const never = new Promise<never>(() => undefined);

function deadlineOf(timeoutMs: number, signal?: AbortSignal) {
  const clock = createManualClock();
  return { clock, deadline: createDeadline(timeoutMs, signal, clock) };
}

describe('a deadline', () => {
  it('ends what waits when its time is over, and not before', async () => {
    const { clock, deadline } = deadlineOf(5);
    const refused = expect(within(deadline, never)).rejects.toThrow('no answer from the API server within 5 ms');
    await clock.advance(4);
    expect([deadline.over, deadline.leftMs]).toEqual([undefined, 1]);
    await clock.advance(1);
    await refused;
    expect(deadline.over).toBeInstanceOf(ConnectionError);
    expect(deadline.leftMs).toBe(0);
    deadline.clear();
  });

  it('ends what waits, and what would begin to wait, when the caller breaks off', async () => {
    const controller = new AbortController();
    const { clock, deadline } = deadlineOf(LONG_MS, controller.signal);
    const waiting = pauseWithin(deadline, LONG_MS);
    controller.abort();
    await expect(waiting).rejects.toThrow('the request was broken off');
    await expect(pauseWithin(deadline, LONG_MS)).rejects.toThrow('the request was broken off');
    await expect(within(deadline, never)).rejects.toThrow('the request was broken off');
    deadline.clear();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is over from the start for a caller who broke off before', () => {
    const { deadline } = deadlineOf(LONG_MS, AbortSignal.abort());
    expect(deadline.over).toBeInstanceOf(ConnectionError);
    deadline.clear();
  });

  it('lets through what is done in time', async () => {
    const { deadline } = deadlineOf(LONG_MS);
    await expect(within(deadline, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(deadline, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    deadline.clear();
  });

  it('lets a pause last as long as it should', async () => {
    const { clock, deadline } = deadlineOf(LONG_MS);
    let isDone = false;
    const waiting = pauseWithin(deadline, 20).then(() => {
      isDone = true;
    });
    await clock.advance(19);
    expect(isDone).toBe(false);
    await clock.advance(1);
    await waiting;
    deadline.clear();
  });

  it('leaves no listener and no timer behind', () => {
    const controller = new AbortController();
    const { clock, deadline } = deadlineOf(LONG_MS, controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    expect(clock.pendingTimers).toBe(1);
    deadline.clear();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
