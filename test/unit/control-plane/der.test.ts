import { describe, expect, it } from 'vitest';
import { der, integer, objectId, time } from '../../../control-plane/der.ts';

describe('der', () => {
  it.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('writes the length %i in as few bytes as it takes', (length, header) => {
    expect(der(0x04, Buffer.alloc(length)).toString('hex').slice(0, header.length)).toBe(header);
  });
});

describe('integer', () => {
  it.each([
    ['a small one as it is', [0x7f], '02017f'],
    ['one whose first bit is set with a zero before it, because it would be negative', [0x80], '02020080'],
  ])('writes %s', (_name, bytes, expected) => {
    expect(integer(Buffer.from(bytes)).toString('hex')).toBe(expected);
  });
});

describe('objectId', () => {
  it.each([
    ['2.5.4.3', '0603550403'],
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
    ['1.3.6.1.5.5.7.3.1', '06082b06010505070301'],
  ])('encodes %s', (dotted, expected) => {
    expect(objectId(dotted).toString('hex')).toBe(expected);
  });
});

describe('time', () => {
  it('writes UTC to the second', () => {
    expect(time(new Date('2031-02-03T04:05:06.789Z')).subarray(2).toString()).toBe('20310203040506Z');
  });
});
