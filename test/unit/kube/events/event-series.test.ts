import { describe, expect, it } from 'vitest';
import { createRecentEvents } from '../../../../operator/kube/events/event-series.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const MINUTE = 60_000;
const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'thing' };
const text = { type: 'Normal', reason: 'Succeeded', note: 'done' } as const;

describe('createRecentEvents', () => {
  it('counts the same event up while it comes within six minutes of the last', async () => {
    const clock = createManualClock();
    const recent = createRecentEvents(clock);
    const first = recent.count('object', regarding, text);
    await clock.advance(6 * MINUTE);
    const second = recent.count('object', regarding, text);
    await clock.advance(6 * MINUTE);
    const third = recent.count('object', regarding, text);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(first).toMatchObject({ count: 3, firstAtMs: clock.now() - 12 * MINUTE, lastAtMs: clock.now() });
  });

  it('begins anew after six minutes of silence, under another name', async () => {
    const clock = createManualClock();
    const recent = createRecentEvents(clock);
    const first = recent.count('object', regarding, text);
    await clock.advance(6 * MINUTE + 1);
    const second = recent.count('object', regarding, text);
    expect(second.count).toBe(1);
    expect(second.name).not.toBe(first.name);
  });

  it.each([
    ['the object', 'other', text],
    ['the type', 'object', { ...text, type: 'Warning' as const }],
    ['the reason', 'object', { ...text, reason: 'Other' }],
    ['the note', 'object', { ...text, note: 'other' }],
  ])('takes an event for another one when %s differs', (_what, object, otherText) => {
    const recent = createRecentEvents(createManualClock());
    const first = recent.count('object', regarding, text);
    const second = recent.count(object, regarding, otherText);
    expect([first.count, second.count]).toEqual([1, 1]);
    expect(second.name).not.toBe(first.name);
  });

  it('remembers a bounded number of them', () => {
    const recent = createRecentEvents(createManualClock());
    recent.count('first', regarding, text);
    for (let index = 0; index < 5000; index += 1) recent.count(`object-${index}`, regarding, text);
    expect(recent.count('object-4999', regarding, text).count).toBe(2);
    expect(recent.count('first', regarding, text).count).toBe(1);
  });

  it('gives two recorders different names in the same millisecond', () => {
    const clock = createManualClock();
    const [one, other] = [createRecentEvents(clock), createRecentEvents(clock)];
    expect(one.count('object', regarding, text).name).not.toBe(other.count('object', regarding, text).name);
  });

  it('makes names that an object may have, of the longest object name too', () => {
    const recent = createRecentEvents(createManualClock());
    const { name } = recent.count('object', { ...regarding, name: `${'a'.repeat(229)}.${'b'.repeat(23)}` }, text);
    expect(name.length).toBeLessThanOrEqual(253);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  });
});
