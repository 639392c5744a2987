import { expect, test } from 'vitest';
import { goTime } from '../../../../operator/alerts/events/go-time.ts';

test.each([
  ['2027-03-04T05:06:07Z', '2027-03-04T05:06:07Z'],
  ['2027-03-04T05:06:07.999+02:00', '2027-03-04T03:06:07Z'],
  ['2027-03-04T5:06:07Z', '2027-03-04T05:06:07Z'],
  ['2027-03-04T24:00:00Z', undefined],
  ['2027-03-04T23:59:60Z', undefined],
  ['2027-04-31T00:00:00Z', undefined],
  ['2027-03-04', undefined],
  ['9999-12-31T23:59:59-01:00', '10000-01-01T00:59:59Z'],
  ['0001-01-01T00:00:00Z', null],
  ['0001-01-01T00:00:00.5Z', '0001-01-01T00:00:00Z'],
])('%s is %s', (text, wanted) => {
  expect(goTime(text)).toBe(wanted);
});
