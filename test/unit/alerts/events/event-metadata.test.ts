import { describe, expect, it } from 'vitest';
import {
  combinedEvent,
  combineMetadata,
  withKeptMetadata,
  withoutToken,
} from '../../../../operator/alerts/events/event-metadata.ts';
import type { AlertSpec } from '../../../../operator/api/alert/alert.ts';
import { eventWith } from '../../../support/alerts/event-with.ts';

const alertWith = (spec: Partial<AlertSpec>) => ({
  metadata: { namespace: 'payments', name: 'a' },
  spec: { providerRef: { name: 'p' }, eventSources: [], ...spec },
});

describe('the metadata of an event', () => {
  it.each([
    ['kustomize.toolkit.fluxcd.io/revision', true],
    ['event.toolkit.fluxcd.io/any', true],
    ['event.toolkit.fluxcd.io/checksum', true],
    ['kustomize.toolkit.fluxcd.io/checksum', false],
    ['kustomize.toolkit.fluxcd.io/DIGEST', false],
    ['kustomize.toolkit.fluxcd.io/digest2', true],
    ['Kustomize.toolkit.fluxcd.io/revision', false],
    ['helm.toolkit.fluxcd.io/revision', false],
    ['revision', false],
  ])('%s is kept: %s', (key, kept) => {
    expect(withKeptMetadata(eventWith({ metadata: { [key]: 'v' } })).metadata.has(key)).toBe(kept);
  });

  it('lose the token of the controller alone', () => {
    const metadata = { 'kustomize.toolkit.fluxcd.io/token': 't', 'event.toolkit.fluxcd.io/token': 'u' };
    expect([...withoutToken(eventWith({ metadata })).metadata.keys()]).toEqual(['event.toolkit.fluxcd.io/token']);
    const without = eventWith();
    expect(withoutToken(without)).toBe(without);
  });
});

describe('combined metadata', () => {
  it('are in the order of their keys, without prefixes, and none where there are none', () => {
    const metadata = { 'kustomize.toolkit.fluxcd.io/b': '1', 'event.toolkit.fluxcd.io/c': '2' };
    const combined = combineMetadata(eventWith({ metadata }), alertWith({ eventMetadata: { a: '3' } }));
    expect([...combined.metadata]).toEqual([
      ['a', '3'],
      ['b', '1'],
      ['c', '2'],
    ]);
    expect(combined.conflicts).toEqual([]);
    expect(combineMetadata(eventWith(), alertWith({ summary: '' })).metadata.size).toBe(0);
  });

  it('have the value of the strongest source, and say which sources had one', () => {
    const metadata = {
      'event.toolkit.fluxcd.io/summary': '1',
      'event.toolkit.fluxcd.io/x': '1',
      'kustomize.toolkit.fluxcd.io/x': '4',
    };
    const spec = { eventMetadata: { summary: '2', x: '2' }, summary: '3' };
    const { metadata: combined, conflicts } = combineMetadata(eventWith({ metadata }), alertWith(spec));
    expect(Object.fromEntries(combined)).toEqual({ summary: '3', x: '4' });
    expect(conflicts).toEqual([
      {
        key: 'summary',
        sources: ['involved object annotations', 'Alert object .spec.eventMetadata', 'Alert object .spec.summary'],
      },
      {
        key: 'x',
        sources: [
          'involved object annotations',
          'Alert object .spec.eventMetadata',
          'involved object controller metadata',
        ],
      },
    ]);
  });
});

describe('the event with its combined metadata', () => {
  const metadata = { 'event.toolkit.fluxcd.io/team': 'web', 'kustomize.toolkit.fluxcd.io/revision': 'r' };
  const event = eventWith({ metadata });

  it('is made once for all Alerts that add nothing', () => {
    const [one, other] = [{}, { eventMetadata: {} }].map((spec) => combinedEvent(event, alertWith(spec)).event);
    expect(other).toBe(one);
    expect(Object.fromEntries(one?.metadata ?? [])).toEqual({ revision: 'r', team: 'web' });
  });

  it.each([
    [{ summary: 's' }, { summary: 's' }],
    [{ eventMetadata: { zone: 'eu' } }, { zone: 'eu' }],
  ])('has what the Alert adds: %j', (spec, added) => {
    const whole = combinedEvent(event, alertWith(spec)).event;
    expect(Object.fromEntries(whole.metadata)).toEqual({ revision: 'r', team: 'web', ...added });
    expect(combinedEvent(event, alertWith({})).event.metadata.size).toBe(2);
  });

  it('is made in no time from many keys, of which some come twice', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => [`event.toolkit.fluxcd.io/k${index}`, 'v'] as const);
    const { conflicts } = combinedEvent(
      eventWith({ metadata: { ...Object.fromEntries(many), 'kustomize.toolkit.fluxcd.io/k7': 'w' } }),
      alertWith({ eventMetadata: { k7: 'x', k9: 'y' } }),
    );
    expect(conflicts.map(({ key, sources }) => [key, sources.length])).toEqual([
      ['k7', 3],
      ['k9', 2],
    ]);
  });
});
