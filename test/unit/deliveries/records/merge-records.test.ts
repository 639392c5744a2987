/** What one list has of the records of several replicas. */
import { describe, expect, it } from 'vitest';
import type { PeerRecord } from '../../../../operator/deliveries/peers/peer-answer.ts';
import { mergeRecords } from '../../../../operator/deliveries/records/merge-records.ts';
import { at, recordAt } from '../status/peer-record.ts';

/** A message, first tried `seconds` after the begin. */
const message = (seconds: number, fields: Partial<PeerRecord> = {}): PeerRecord =>
  recordAt(seconds, { origin: 'broker', providerId: 'm-1', ...fields });
const idsOf = (records: readonly PeerRecord[]) => mergeRecords(records).map(({ id }) => id);

describe('a message that is pending', () => {
  const pending = message(1, { id: '1', verdict: 'pending' });

  it.each<[what: string, other: PeerRecord]>([
    ['done at another replica', message(5, { id: '2', replica: 'b' })],
    ['pending at another replica', message(5, { id: '2', replica: 'b', verdict: 'pending' })],
    ['refused at another replica', message(5, { id: '2', replica: 'b', verdict: 'refused' })],
    [
      'folded there into an older one that was refused',
      message(0, { id: '2', providerId: 'm-0', verdict: 'refused', lastAt: at(5), foldedIds: ['m-9', 'm-1'] }),
    ],
    ['had again by the same replica', message(5, { id: '2' })],
  ])('gives way to a newer record where it is %s', (_what, other) => {
    expect(mergeRecords([pending, other])).toEqual([other]);
    expect(mergeRecords([other, pending])).toEqual([other]);
  });

  it.each<[what: string, other: PeerRecord]>([
    ['an older record', message(0, { id: '0', replica: 'b' })],
    ['one of another message', message(5, { id: '2', providerId: 'm-2' })],
    ['one of another object', message(5, { id: '2', object: { kind: 'Receiver', namespace: 'apps', name: 'api' } })],
    ['a webhook with the same id', message(5, { id: '2', origin: 'http' })],
  ])('stays beside %s', (_what, other) => {
    expect(idsOf([pending, other])).toEqual(['1', other.id]);
  });

  it('stays where its id is cut, as another one may begin alike', () => {
    const providerId = 'x'.repeat(128);
    expect(idsOf([{ ...pending, providerId }, message(5, { id: '2', providerId })])).toEqual(['1', '2']);
  });
});

it('a record that comes twice is there once, as it came last', () => {
  const [before, after] = [recordAt(1, { verdict: 'pending' }), recordAt(1)];
  expect(mergeRecords([before, after])).toEqual([after]);
});

it('what repeats a delivery to another replica says which', () => {
  const records = [
    recordAt(3, { id: '3', replica: 'a', providerId: 'p', duplicateOf: '2' }),
    recordAt(2, { id: '2', replica: 'a', providerId: 'p', duplicateOf: '0' }),
    recordAt(1, { id: '1', replica: 'b', providerId: 'p' }),
    recordAt(4, { id: '4', replica: 'b' }),
    recordAt(5, { id: '5', replica: 'b', origin: 'replayed', duplicateOf: '2' }),
  ];
  expect(mergeRecords(records).map(({ id, duplicateOf }) => [id, duplicateOf])).toEqual([
    ['3', '1'],
    ['2', '0'],
    ['1', undefined],
    ['4', undefined],
    ['5', '2'],
  ]);
});

it('what repeats one that gave way says the first that is left', () => {
  const records = [
    message(1, { id: '1', verdict: 'pending' }),
    message(2, { id: '2', duplicateOf: '1' }),
    message(3, { id: '3', duplicateOf: '1' }),
  ];
  expect(mergeRecords(records).map(({ id, duplicateOf }) => [id, duplicateOf])).toEqual([
    ['2', undefined],
    ['3', '2'],
  ]);
});
