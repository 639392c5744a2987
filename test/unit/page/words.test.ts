// What the page says of times, revisions, URLs, and of how an object does.
import { describe, expect, it } from 'vitest';
import type { ObjectView, RecordView } from '../../../page/api/types.ts';
import { ago, clockTime, duration } from '../../../page/words/durations.ts';
import { deliveringOf, healthOf, troubleOf } from '../../../page/words/health.ts';
import { lastDeliveryWords } from '../../../page/words/last-delivery-words.ts';
import { maskUrl } from '../../../page/words/mask-url.ts';
import { matches } from '../../../page/words/matches.ts';
import { noUrlWords } from '../../../page/words/no-url-words.ts';
import { announcedWords, shortRevision } from '../../../page/words/revision-words.ts';
import { withRecord } from '../../../page/words/with-record.ts';
import { pageCondition, pageObject, pageRecord } from '../../support/page/page-records.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const back = (ms: number): string => new Date(NOW - ms).toISOString();
const HEX = '4a5f2c1e0d9b8a7c6f5e4d3c2b1a09f8e7d6c5b4';

function object(change: Partial<ObjectView>): ObjectView {
  // Nothing has come for it yet.
  const { lastDelivery: _, ...idle } = pageObject('app', { conditions: [] });
  return { ...idle, ...change };
}
const condition = pageCondition;

describe('times', () => {
  it.each([
    [-5_000, 'just now'],
    [9_999, 'just now'],
    [10_000, '10 s ago'],
    [60_000, '1 min ago'],
    [3_599_999, '59 min ago'],
    [3_600_000, '1 h ago'],
    [86_400_000, '1 d ago'],
  ])('%d ms back are %s', (ms, words) => {
    expect(ago(back(ms), NOW)).toBe(words);
  });

  it.each([
    [3.2, '3 ms'],
    [99.4, '99 ms'],
    [100, '0.1 s'],
    [1_900, '1.9 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_700, '1 min'],
    [119_800, '2 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h 0 min'],
  ])('%d ms are %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it('have their date where it is not that of now', () => {
    expect(clockTime(back(0), NOW)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(clockTime(back(3 * 86_400_000), NOW)).toMatch(/^2026-11-2\d \d\d:\d\d:\d\d$/);
    expect([ago('never', NOW), clockTime('never', NOW)]).toEqual(['', '']);
  });
});

describe('revisions', () => {
  it.each([
    [`main@sha1:${HEX}`, 'main@4a5f2c1'],
    [HEX, '4a5f2c1'],
    [`latest@sha256:${HEX}${HEX.slice(0, 24)}`, 'latest@4a5f2c1'],
    ['v1.2.3', 'v1.2.3'],
    ['', ''],
  ])('%s is %s', (revision, short) => {
    expect(shortRevision(revision)).toBe(short);
  });

  it('are named with what they are of', () => {
    expect(announcedWords({ ref: 'refs/heads/main', revision: HEX })).toBe('main@4a5f2c1');
    expect(announcedWords({ ref: 'refs/tags/v1' })).toBe('v1');
    expect(announcedWords(undefined)).toBe('');
  });
});

describe('a URL', () => {
  it.each([
    [`https://hooks.example.com/hook/${HEX}`, 'https://hooks.example.com/hook/••••••'],
    [`http://10.0.0.1:9292/hook/${HEX}?a=b`, 'http://10.0.0.1:9292/hook/••••••'],
    [`https://hooks.example.com/${HEX}`, 'https://hooks.example.com/••••••'],
    [`/hook/${HEX}`, '/hook/••••••'],
  ])('%s is shown as %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

describe('an object', () => {
  const lastDelivery = { time: back(0), event: 'push', verdict: 'accepted', code: 'Delivered' } as const;

  it.each<[string, Partial<ObjectView>]>([
    ['broken', { lastDelivery, conditions: [condition('Delivering', 'False'), condition('ResolvedRefs', 'False')] }],
    ['unready', { lastDelivery, conditions: [condition('Ready', 'False'), condition('ResolvedRefs', 'False')] }],
    ['unresolved', { lastDelivery, conditions: [condition('Delivering', 'True'), condition('ResolvedRefs', 'False')] }],
    ['unresolved', { lastDelivery, resolved: condition('ResolvedRefs', 'False') }],
    [
      'pending',
      { lastDelivery: { ...lastDelivery, verdict: 'pending' }, conditions: [condition('Delivering', 'True')] },
    ],
    ['none', { conditions: [condition('Delivering', 'Unknown')] }],
    ['none', {}],
    ['ok', { lastDelivery, conditions: [condition('Delivering', 'True'), condition('ResolvedRefs', 'True')] }],
    // Fewer than three refusals in a row are no break; an Alert has no condition that says so.
    [
      'refused',
      { lastDelivery: { ...lastDelivery, verdict: 'refused' }, conditions: [condition('Delivering', 'True')] },
    ],
    ['broken', { lastDelivery: { ...lastDelivery, verdict: 'refused' } }],
  ])('is %s', (health, change) => {
    expect(healthOf(object(change))).toBe(health);
  });

  it('says what is to be known first', () => {
    const trouble = (...conditions: Parameters<typeof condition>[]) =>
      troubleOf(object({ lastDelivery, conditions: conditions.map((each) => condition(...each)) }));
    expect(trouble(['Delivering', 'True', '', 'fine'])).toBe('');
    expect(trouble(['Delivering', 'False', '', 'three refused'], ['Ready', 'False', '', 'no Secret'])).toBe(
      'three refused',
    );
    expect(trouble(['Delivering', 'True', '', 'fine'], ['Ready', 'False', '', 'no Secret'])).toBe('no Secret');
    expect(trouble(['Delivering', 'Unknown', '', 'nothing yet'])).toBe('nothing yet');
  });

  it('says why the last one was refused before a condition does, and where none does', () => {
    const refused = { ...lastDelivery, verdict: 'refused', code: 'SignatureMismatch' } as const;
    const well = condition('Delivering', 'True', 'Delivered', 'The last webhook was accepted');
    const item = object({ lastDelivery: refused, conditions: [well] });
    expect(troubleOf(item)).toContain('The secret at the sender');
    expect(deliveringOf(item)).toMatchObject({ status: 'True', message: troubleOf(item) });
    const alert = object({ lastDelivery: { ...refused, code: 'ProviderRefused' } });
    expect(deliveringOf(alert)).toMatchObject({ status: 'False', message: troubleOf(alert) });
    expect(troubleOf(alert)).toContain('The service did not take the notification');
    expect(troubleOf(object({ lastDelivery: { ...lastDelivery, verdict: 'pending', code: 'failing' } }))).toContain(
      'tried again',
    );
  });

  it('has the newest of the records that came, whatever their order', () => {
    const record = (seconds: number, event: string) => pageRecord(0, { lastAt: back(seconds * -1_000), event });
    const lastOf = (...records: RecordView[]) =>
      records.reduce(withRecord, object({ lastDelivery })).lastDelivery?.event;
    expect(lastOf(record(1, 'newer'), record(-1, 'older'))).toBe('newer');
    // The status has whole seconds.
    const status = object({ lastDelivery: { ...lastDelivery, time: '2026-11-26T10:00:00Z' } });
    expect(withRecord(status, record(0.1, 'now')).lastDelivery?.event).toBe('now');
  });

  it('says why it has no URL', () => {
    const words = (...conditions: Parameters<typeof condition>[]) =>
      noUrlWords(object({ conditions: conditions.map((each) => condition(...each)) }));
    expect(words()).toBe('Not known yet');
    expect(words(['Exposed', 'False', 'NotExposed', 'no URL is reachable'])).toBe('No URL is reachable');
    expect(words(['Exposed', 'True', 'Exposed'])).toBe('Not yours to see');
  });

  it('says what came last', () => {
    const words = (change: Partial<ObjectView['lastDelivery']>) =>
      lastDeliveryWords(object({ lastDelivery: { ...lastDelivery, ...change } }), 'receivers');
    expect(lastDeliveryWords(object({}), 'brokerreceivers')).toBe('No message yet');
    expect(words({})).toBe('push accepted');
    expect(words({ event: '', code: 'done' })).toBe('webhook accepted');
    expect(words({ revision: HEX })).toBe('push accepted, 4a5f2c1');
    expect(words({ event: '', verdict: 'refused', code: 'TokenMismatch' })).toBe('webhook refused, TokenMismatch');
  });

  it('is found by every word of its row', () => {
    const item = object({ lastDelivery, conditions: [condition('Delivering', 'False', 'SilentBreak', '3 commits')] });
    const searches = ['', 'apps/app', 'PUSH git', 'silent', ' commits  app ', 'not delivering', 'push accepted'];
    expect(searches.map((search) => matches(item, search))).toEqual(Array(searches.length).fill(true));
    expect(['other', 'push other', 'undefined'].map((search) => matches(item, search))).toEqual([false, false, false]);
  });
});
