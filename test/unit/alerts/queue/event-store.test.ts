import { expect, test } from 'vitest';
import type { FluxEvent } from '../../../../operator/alerts/flux-event.ts';
import { createEventStore, type HeldEvent } from '../../../../operator/alerts/queue/event-store.ts';

function setup({ maxEvents = 3, maxBytes = 10_000 }) {
  const dropped: string[] = [];
  const told: string[] = [];
  const holder = { onDropped: ({ event }: HeldEvent) => void told.push(event.message) };
  let nowMs = 0;
  const store = createEventStore({
    maxEvents,
    maxBytes,
    nowMs: () => nowMs++,
    onDropped: ({ event }) => void dropped.push(event.message),
  });
  const involvedObject = { kind: 'Kustomization', namespace: 'apps', name: 'one' };
  const add = (severity: string, message: string, bodyBytes = 1) =>
    store.add({ severity, message, involvedObject } as FluxEvent, bodyBytes, holder);
  return { store, dropped, told, holder, add };
}

test('beyond the number the oldest info goes, and errors when no info is left', () => {
  const { store, dropped, add } = setup({ maxEvents: 3 });
  add('error', 'e1');
  add('info', 'i1');
  add('info', 'i2');
  add('error', 'e2');
  expect(dropped).toEqual(['i1']);
  add('error', 'e3');
  add('error', 'e4');
  expect(dropped).toEqual(['i1', 'i2', 'e1']);
  expect(store.size).toBe(3);
});

test('beyond the bytes the oldest go until there is room', () => {
  const { dropped, add } = setup({ maxEvents: 10, maxBytes: 10_000 });
  add('info', 'a', 1_500);
  add('info', 'b', 1_500);
  add('info', 'c', 4_000);
  expect(dropped).toEqual(['a', 'b']);
});

test('one that is larger than the bound is dropped itself', () => {
  const { store, dropped, add } = setup({ maxBytes: 10_000 });
  expect(add('info', 'huge', 5_000).dropped).toBe(true);
  expect([dropped, store.size]).toEqual([['huge'], 0]);
});

test('an event stays until its last holder is done, and its age is known', () => {
  const { store, holder, add } = setup({});
  const other = { onDropped() {} };
  const first = add('info', 'a');
  add('error', 'b');
  store.hold(first, other);
  store.release(first, holder);
  expect([store.size, store.oldestAtMs]).toEqual([2, 0]);
  store.release(first, other);
  expect([store.size, store.oldestAtMs]).toEqual([1, 1]);
});

test('each of its holders is told when an event is dropped, and only who holds it still', () => {
  const { store, told, holder, add } = setup({ maxEvents: 1 });
  const others: string[] = [];
  const first = add('info', 'a');
  store.hold(first, { onDropped: () => void others.push('a') });
  store.release(first, holder);
  add('info', 'b');
  expect([told, others]).toEqual([[], ['a']]);
  add('info', 'c');
  expect(told).toEqual(['b']);
});
