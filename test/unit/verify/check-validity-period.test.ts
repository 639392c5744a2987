import { describe, expect, it } from 'vitest';
import { checkValidityPeriod } from '../../../operator/verify/check-validity-period.ts';

const NOW_S = 1_767_000_000;

describe('checkValidityPeriod', () => {
  it.each([
    ['a second before its expiry', { exp: NOW_S + 1 }],
    ['a fraction of a second before its expiry', { exp: NOW_S + 0.5 }],
    ['valid since long', { exp: NOW_S + 60, nbf: NOW_S - 60 }],
    ['valid only in five minutes, by a clock that is ahead', { exp: NOW_S + 900, nbf: NOW_S + 300 }],
    ['with an nbf of null', { exp: NOW_S + 60, nbf: null }],
    ['issued in the future, which nobody forbids', { exp: NOW_S + 60, iat: NOW_S + 30 }],
  ])('accepts a token that is %s', (_what, claims) => {
    expect(() => checkValidityPeriod(claims, NOW_S * 1000)).not.toThrow();
  });

  it.each([
    ['at its expiry', { exp: NOW_S }],
    ['a second after its expiry', { exp: NOW_S - 1 }],
    ['without an expiry', {}],
    ['with an expiry of null', { exp: null }],
    ['with an expiry that never comes', { exp: Number.POSITIVE_INFINITY }],
    ['with an nbf that always was', { exp: NOW_S + 60, nbf: Number.NEGATIVE_INFINITY }],
    ['with an expiry in words', { exp: String(NOW_S + 60) }],
    ['more than five minutes too early', { exp: NOW_S + 900, nbf: NOW_S + 301 }],
    ['with an nbf in words', { exp: NOW_S + 60, nbf: '0' }],
  ])('refuses a token %s', (_what, claims) => {
    expect(() => checkValidityPeriod(claims, NOW_S * 1000)).toThrow(expect.objectContaining({ code: 'TokenRejected' }));
  });
});
