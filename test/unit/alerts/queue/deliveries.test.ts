import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../../operator/alerts/delivery-error.ts';
import type { FluxEvent } from '../../../../operator/alerts/flux-event.ts';
import { createDeliveries, type QueuedDelivery } from '../../../../operator/alerts/queue/deliveries.ts';
import { createEventStore } from '../../../../operator/alerts/queue/event-store.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const RETRY_FOR_MS = 60_000;

function eventOf(name: string, message = 'm'): FluxEvent {
  return {
    involvedObject: {
      kind: 'Kustomization',
      namespace: 'apps',
      name,
      uid: '',
      apiVersion: '',
      resourceVersion: '',
      fieldPath: '',
    },
    severity: 'info',
    timestamp: null,
    message,
    reason: '',
    metadata: new Map(),
    reportingController: '',
    reportingInstance: '',
  };
}

/** A queue whose attempts a test ends by hand. */
function setup(maxEvents = 100) {
  const clock = createManualClock();
  const nowMs = () => clock.elapsedMs();
  const store = createEventStore({ maxEvents, maxBytes: 1_000_000, nowMs, onDropped() {} });
  const started: { delivery: QueuedDelivery; end: PromiseWithResolvers<void> }[] = [];
  const failed: { message: string; retryInMs: number | undefined }[] = [];
  const deliveries = createDeliveries({
    store,
    retryForMs: RETRY_FOR_MS,
    clock,
    random: () => 0,
    attempt(delivery) {
      const end = Promise.withResolvers<void>();
      started.push({ delivery, end });
      return end.promise;
    },
    onFailed: ({ held }, _error, retryInMs) => void failed.push({ message: held.event.message, retryInMs }),
  });
  function add(object: string, message: string, provider = 'apps/p'): void {
    const taker = { onDropped() {} };
    const held = store.add(eventOf(object, message), 10, taker);
    deliveries.add({ held, alertKey: 'apps/a', providerKey: provider });
    store.release(held, taker);
  }
  const messages = () => started.map(({ delivery }) => delivery.held.event.message);
  async function end(index: number, error?: Error): Promise<void> {
    if (error === undefined) started[index]?.end.resolve();
    else started[index]?.end.reject(error);
    await clock.advance(0);
  }
  return { clock, store, deliveries, failed, add, messages, end };
}

const passing = (retryAfterMs?: number) => new DeliveryError('passing', 'later', { retryAfterMs });

describe('deliveries', () => {
  it('go one after the other for an object, and four at once for different ones', async () => {
    const { add, messages, end } = setup();
    for (const message of ['1', '2']) add('a', message);
    for (const object of ['b', 'c', 'd', 'e']) add(object, object);
    expect(messages()).toEqual(['1', 'b', 'c', 'd']);
    await end(0);
    expect(messages()).toEqual(['1', 'b', 'c', 'd', 'e']);
    await end(1);
    expect(messages().at(-1)).toBe('2');
  });

  it('of a Provider that hangs delay no other', () => {
    const { add, messages } = setup();
    for (let index = 0; index < 50; index += 1) add(`o${index}`, 'hangs', 'apps/dead');
    add('a', 'goes', 'apps/healthy');
    expect(messages()).toEqual(['hangs', 'hangs', 'hangs', 'hangs', 'goes']);
  });

  it('that fail are tried again after 1, 2, 4 s, in their order', async () => {
    const { clock, add, messages, failed, end } = setup();
    add('a', '1');
    add('a', '2');
    await end(0, passing());
    expect(failed).toEqual([{ message: '1', retryInMs: 1_000 }]);
    await clock.advance(999);
    expect(messages()).toEqual(['1']);
    await clock.advance(1);
    expect(messages()).toEqual(['1', '1']);
    await end(1, passing());
    expect(failed.at(-1)?.retryInMs).toBe(2_000);
    await clock.advance(2_000);
    await end(2);
    expect(messages()).toEqual(['1', '1', '1', '2']);
  });

  it('wait as long as the service asks', async () => {
    const { clock, add, messages, end } = setup();
    add('a', '1');
    await end(0, passing(30_000));
    await clock.advance(29_999);
    expect(messages()).toHaveLength(1);
    await clock.advance(1);
    expect(messages()).toHaveLength(2);
  });

  it.each([
    ['final', new DeliveryError('final', 'no')],
    ['past their time', passing(RETRY_FOR_MS + 1)],
  ])('whose failure is %s are given up', async (_, error) => {
    const { add, failed, messages, end, store } = setup();
    add('a', '1');
    add('a', '2');
    await end(0, error);
    expect(failed).toEqual([{ message: '1', retryInMs: undefined }]);
    expect(messages()).toEqual(['1', '2']);
    expect(store.size).toBe(1);
  });

  it('are tried at once when their Provider changes', async () => {
    const { add, messages, end, deliveries } = setup();
    add('a', '1');
    await end(0, passing());
    deliveries.retryNow('apps/other');
    expect(messages()).toHaveLength(1);
    deliveries.retryNow('apps/p');
    expect(messages()).toHaveLength(2);
  });

  it('of an event that made room for others are not tried again, or not at all', async () => {
    const { add, messages, failed, end } = setup(2);
    for (const message of ['1', '2', '3', '4']) add('a', message);
    await end(0, passing());
    expect(failed).toEqual([{ message: '1', retryInMs: undefined }]);
    expect(messages()).toEqual(['1', '3']);
  });

  it('of events that made room for others are let go: what waits is bounded', async () => {
    const { clock, add, end, deliveries, store, messages } = setup(2);
    add('a', 'first');
    await end(0, passing(10_000));
    for (let index = 0; index < 100; index += 1) add('a', `a${index}`);
    for (let index = 0; index < 100; index += 1) add(`o${index}`, `o${index}`, 'apps/hangs');
    expect([deliveries.size, store.size]).toEqual([6, 2]);
    await clock.advance(10_000);
    expect(messages()).toEqual(['first', 'o0', 'o1', 'o2', 'o3']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('end a flush not before what is still to be added', async () => {
    const { add, end, deliveries } = setup();
    const more = Promise.withResolvers<void>();
    const flushed = deliveries.flush(5_000, more.promise);
    add('a', 'late');
    more.resolve();
    await end(0);
    expect(await flushed).toEqual([]);
  });

  it('are flushed without waiting for their turn, and what is left is told', async () => {
    const { clock, add, messages, end, deliveries } = setup();
    add('a', 'retried');
    await end(0, passing());
    add('b', 'hangs');
    const flushed = deliveries.flush(5_000);
    expect(messages()).toEqual(['retried', 'hangs', 'retried']);
    await end(2);
    await clock.advance(5_000);
    expect((await flushed).map(({ held }) => held.event.message)).toEqual(['hangs']);
  });

  it('are counted for each Provider: those that are queued, and those that have ended', async () => {
    const { add, end, deliveries } = setup();
    add('a', '1');
    add('a', '2');
    add('b', '3', 'apps/other');
    await end(0);
    expect([...deliveries.loads()].map(({ size, ended }) => ({ size, ended }))).toEqual([
      { size: 1, ended: 1 },
      { size: 1, ended: 0 },
    ]);
    await end(1);
    expect([...deliveries.loads()].map(({ size }) => size)).toEqual([1]);
  });

  it('end a flush as soon as the last one has ended', async () => {
    const { add, end, deliveries } = setup();
    add('a', '1');
    const flushed = deliveries.flush(5_000);
    await end(0);
    expect(await flushed).toEqual([]);
    expect(await deliveries.flush(5_000)).toEqual([]);
  });
});
