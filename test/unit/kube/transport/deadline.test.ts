import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import { createDeadline, pause, within } from '../../../../operator/kube/transport/deadline.ts';

const LONG_MS = 3_600_000;
const never = new Promise<never>(() => undefined);

describe('a deadline', () => {
  it('ends what waits when its time is over', async () => {
    const deadline = createDeadline(5);
    await expect(within(deadline, never)).rejects.toThrow('no answer from the API server within 5 ms');
    expect(deadline.over).toBeInstanceOf(ConnectionError);
    expect(deadline.leftMs).toBe(0);
    deadline.clear();
  });

  it('ends what waits, and what would begin to wait, when the caller breaks off', async () => {
    const controller = new AbortController();
    const deadline = createDeadline(LONG_MS, controller.signal);
    const waiting = pause(deadline, LONG_MS);
    controller.abort();
    await expect(waiting).rejects.toThrow('the request was broken off');
    await expect(pause(deadline, LONG_MS)).rejects.toThrow('the request was broken off');
    await expect(within(deadline, never)).rejects.toThrow('the request was broken off');
    deadline.clear();
  });

  it('is over from the start for a caller who broke off before', () => {
    const deadline = createDeadline(LONG_MS, AbortSignal.abort());
    expect(deadline.over).toBeInstanceOf(ConnectionError);
    deadline.clear();
  });

  it('lets through what is done in time', async () => {
    const deadline = createDeadline(LONG_MS);
    await expect(within(deadline, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(deadline, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await pause(deadline, 1);
    deadline.clear();
  });

  it('leaves no listener and no timer behind', () => {
    const controller = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const deadline = createDeadline(LONG_MS, controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    expect(timers()).toBe(before + 1);
    deadline.clear();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(timers()).toBe(before);
  });
});
