import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, type KeyPair } from '../../../../control-plane/certificates.ts';
import { tlsOf } from '../../../../operator/alerts/send/tls-of.ts';

let one: KeyPair;
let other: KeyPair;
beforeAll(async () => {
  [one, other] = await Promise.all([createAuthority('one'), createAuthority('other')]);
});

const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);

const read = (texts: Readonly<Record<string, string>>) => {
  const cert = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value)]));
  return tlsOf({ namespace: 'apps', certName: 'tls', cert, own: undefined, warn });
};

describe('certSecretRef', () => {
  it('may hold a CA, a pair, or all three, by the new names or the old ones', () => {
    const { certificatePem, keyPem } = one;
    warnings.length = 0;
    expect(read({ 'ca.crt': certificatePem })?.ca).toBe(certificatePem);
    const all = { ca: certificatePem, cert: certificatePem, key: keyPem };
    expect(read({ 'ca.crt': certificatePem, 'tls.crt': certificatePem, 'tls.key': keyPem })).toEqual(all);
    expect(warnings).toEqual([]);
    expect(read({ caFile: certificatePem, certFile: certificatePem, keyFile: keyPem })).toEqual(all);
    expect(warnings).toEqual([
      "secret 'apps/tls': 'caFile' is read as 'ca.crt'",
      "secret 'apps/tls': 'certFile' is read as 'tls.crt'",
      "secret 'apps/tls': 'keyFile' is read as 'tls.key'",
    ]);
    expect(read({ caFile: 'old', 'ca.crt': certificatePem })?.ca).toBe(certificatePem);
  });

  it('may have values that are empty, as cert-manager leaves them', () => {
    const { certificatePem, keyPem } = one;
    const pair = { ca: undefined, cert: certificatePem, key: keyPem };
    expect(read({ 'ca.crt': '', 'tls.crt': certificatePem, 'tls.key': keyPem })).toEqual(pair);
    expect(read({ 'ca.crt': certificatePem, 'tls.crt': '', 'tls.key': '' })?.ca).toBe(certificatePem);
  });

  it.each([
    ['nothing', () => ({}), "must contain either 'ca.crt' or both"],
    ['an empty value alone', () => ({ 'ca.crt': '' }), "must contain either 'ca.crt' or both"],
    ['half a pair', () => ({ 'tls.crt': one.certificatePem }), "missing 'tls.key'"],
    ['the other half', () => ({ 'tls.key': one.keyPem }), "missing 'tls.crt'"],
    ['a CA that is no PEM', () => ({ 'ca.crt': 'no' }), "'ca.crt' is not a PEM certificate"],
    ['a key that is no PEM', () => ({ 'tls.crt': one.certificatePem, 'tls.key': 'no' }), "'tls.key' is not a PEM"],
    [
      'a key of another certificate',
      () => ({ 'tls.crt': one.certificatePem, 'tls.key': other.keyPem }),
      "'tls.key' is not the key of 'tls.crt'",
    ],
  ])('with %s is refused', (_, data, message) => {
    expect(() => read(data())).toThrow(message);
  });
});

it('without certSecretRef the own Secret may hold certificates, and need not', () => {
  const none = { namespace: 'apps', certName: undefined, cert: undefined, warn };
  expect(tlsOf({ ...none, own: { token: Buffer.from('t') } })).toBeUndefined();
  expect(tlsOf({ ...none, own: { 'ca.crt': Buffer.from(one.certificatePem) } })?.ca).toBe(one.certificatePem);
  expect(tlsOf({ ...none, own: undefined })).toBeUndefined();
  const half = { 'tls.crt': Buffer.from(one.certificatePem) };
  expect(tlsOf({ ...none, own: half })).toBeUndefined();
  const withCa = { ...half, 'ca.crt': Buffer.from(one.certificatePem) };
  expect(tlsOf({ ...none, own: withCa })).toEqual({ ca: one.certificatePem, cert: undefined, key: undefined });
});
