/** The counts of all replicas, summed by the hour. */
import { expect, it } from 'vitest';
import { hoursByObject, hoursOf } from '../../../../operator/deliveries/api/known-records.ts';

const HOUR = 500_000;
const clock = { now: () => HOUR * 3_600_000 + 1 };
const identity = { recordingSince: '2026-11-26T10:00:00.000Z' };
const web = { kind: 'Receiver', namespace: 'apps', name: 'web' };
const api = { ...web, name: 'api' };
const counted = (hour: number, accepted: number, refused = 0) => ({ hour, accepted, refused });

it('are those of the last 24 hours, of every replica', () => {
  const hours = hoursByObject([
    { ...identity, replica: 'a', items: [{ object: web, hours: [counted(HOUR, 1, 2), counted(HOUR - 23, 3)] }] },
    {
      ...{ ...identity, replica: 'b' },
      items: [
        // Its clock is ahead; and what is older than a day counts no more.
        { object: web, hours: [counted(HOUR + 1, 9), counted(HOUR, 10, 20), counted(HOUR - 24, 9)] },
        { object: api, hours: [counted(HOUR, 7)] },
      ],
    },
  ]);
  const ofWeb = hoursOf(hours.get('Receiver/apps/web') ?? [], clock);
  expect(ofWeb).toHaveLength(24);
  expect([ofWeb[0], ofWeb[23]]).toEqual([
    { accepted: 3, refused: 0 },
    { accepted: 11, refused: 22 },
  ]);
  expect(ofWeb.slice(1, 23).every(({ accepted, refused }) => accepted + refused === 0)).toBe(true);
  expect(hoursOf([], clock)).toHaveLength(24);
});
