import { describe, expect, it, test } from 'vitest';
import { eventJson } from '../../../../operator/alerts/encode/event-json.ts';
import { goTime } from '../../../../operator/alerts/events/go-time.ts';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';

const parsed = (json: string) => JSON.parse(eventJson(parseEvent(Buffer.from(json))));

describe('an event', () => {
  it.each([
    ['null', { severity: '', timestamp: null, message: '', reason: '' }],
    ['{"MESSAGE":"m","Involvedobject":{"KIND":"K"}}', { message: 'm', involvedObject: { kind: 'K' } }],
    ['{"message":"a","Message":"b"}', { message: 'b' }],
    ['{"message":"a","Message":null}', { message: 'a' }],
    ['{"extra":{"a":[1]},"involvedObject":null,"metadata":null}', { message: '' }],
    ['{"metadata":{"b":"2","a":null}}', { metadata: { a: '', b: '2' } }],
    ['{"timestamp":"2027-03-04T05:06:07.999+02:00"}', { timestamp: '2027-03-04T03:06:07Z' }],
  ])('%s is read', (json, fields) => {
    expect(parsed(json)).toMatchObject(fields);
  });

  it.each([
    '',
    '[]',
    '"text"',
    '1',
    '{} x',
    '{"message":1}',
    '{"timestamp":"yesterday"}',
    '{"timestamp":""}',
    '{"timestamp":1}',
    '{"metadata":{"a":1}}',
    '{"metadata":[]}',
    '{"involvedObject":[]}',
    '{"involvedObject":{"name":{}}}',
  ])('%s is none', (json) => {
    expect(() => parsed(json)).toThrow();
  });

  it('is written in the order and with the escapes of Go', () => {
    const event = parseEvent(
      Buffer.from(
        '{"metadata":{"10":"<","9":"&","__proto__":"\u2028"},"message":"a>b","involvedObject":{"name":"n","kind":"k"}}',
      ),
    );
    expect(eventJson(event)).toBe(
      '{"involvedObject":{"kind":"k","name":"n"},"severity":"","timestamp":null,"message":"a\\u003eb","reason":"",' +
        '"metadata":{"10":"\\u003c","9":"\\u0026","__proto__":"\\u2028"},"reportingController":""}',
    );
  });
});

test.each([
  ['2027-03-04T05:06:07Z', '2027-03-04T05:06:07Z'],
  ['2027-03-04T05:06:07.5Z', '2027-03-04T05:06:07Z'],
  ['2027-03-04T00:06:07+01:00', '2027-03-03T23:06:07Z'],
  ['0001-01-01T00:00:00Z', null],
  ['2027-02-30T00:00:00Z', undefined],
  ['2027-03-04 05:06:07Z', undefined],
  ['2027-03-04T05:06:07', undefined],
])('the time %s is %s', (text, time) => {
  expect(goTime(text)).toBe(time);
});
