import { expect, test } from 'vitest';
import type { FluxEvent } from '../../../../operator/alerts/flux-event.ts';
import { fitEvent } from '../../../../operator/alerts/text/fit-event.ts';

function event(message: string, metadata: readonly (readonly [string, string])[] = []): FluxEvent {
  const object = { kind: '', namespace: '', name: '', uid: '', apiVersion: '', resourceVersion: '', fieldPath: '' };
  return {
    involvedObject: object,
    severity: 'info',
    timestamp: null,
    message,
    reason: '',
    metadata: new Map(metadata),
    reportingController: '',
    reportingInstance: '',
  };
}

function size({ message, metadata }: FluxEvent): number {
  return [...metadata].reduce((sum, [key, value]) => sum + key.length + value.length, message.length);
}

const fitsIn = (limit: number) => (cut: FluxEvent) => size(cut) <= limit;

test('what fits is the same event', () => {
  const fitting = event('x'.repeat(100));
  expect(fitEvent(fitting, fitsIn(100))).toBe(fitting);
});

test('a message is cut to exactly what fits beside the metadata', () => {
  const cut = fitEvent(event('x'.repeat(900), [['key', 'y'.repeat(97)]]), fitsIn(500));
  expect(cut.message).toBe(`${'x'.repeat(399)}…`);
  expect(cut.metadata.get('key')).toBe('y'.repeat(97));
});

test('long values are cut before the message gets shorter than a few words', () => {
  const cut = fitEvent(event('x'.repeat(900), [['key', 'y'.repeat(450)]]), fitsIn(500));
  expect(cut.metadata.get('key')).toBe(`${'y'.repeat(127)}…`);
  expect(cut.message.length).toBe(500 - 3 - 128);
});

test('the last metadata go when even short values are too many', () => {
  const many = Array.from(
    { length: 100 },
    (_, index) => [`k${String(index).padStart(2, '0')}`, 'y'.repeat(97)] as const,
  );
  const cut = fitEvent(event('x'.repeat(900), many), fitsIn(500));
  expect([...cut.metadata.keys()]).toEqual(['k00', 'k01']);
  expect(size(cut)).toBe(500);
});

test('a limit below everything leaves nothing', () => {
  const cut = fitEvent(event('x'.repeat(900), [['key', 'y']]), fitsIn(0));
  expect(size(cut)).toBe(0);
});

test('no character is halved', () => {
  const cut = fitEvent(event('💥'.repeat(400)), fitsIn(100));
  expect(cut.message.isWellFormed()).toBe(true);
});

test('what is far too long is not tried as a whole, nor much more of it than fits', () => {
  const tried: number[] = [];
  const long = event('x'.repeat(3_000_000), [['key', 'y']]);
  const cut = fitEvent(long, (each) => {
    tried.push(size(each));
    return fitsIn(10_000)(each);
  });
  expect(size(cut)).toBe(10_000);
  expect(Math.max(...tried)).toBeLessThan(20_000);
});

test('what is long and fits is the same event', () => {
  const fitting = event('x'.repeat(3_000_000), [['key', 'y']]);
  expect(fitEvent(fitting, fitsIn(4_000_000))).toBe(fitting);
});
