import { ReceiverError } from '../api/errors.ts';
import type { SecretData } from './webhook-type.ts';

/** The bytes of a key that a type needs of the Receiver's Secret. @throws ReceiverError TokenNotFound, which names the key. */
export function secretKey(secret: SecretData, key: string): Buffer {
  const value = secret[key];
  if (value === undefined) throw new ReceiverError('TokenNotFound', `the Secret has no key '${key}'`);
  if (value.length === 0) throw new ReceiverError('TokenNotFound', `the Secret has an empty '${key}'`);
  return value;
}

/** The words of such a key, which white space separates. @throws ReceiverError TokenNotFound, which names the key. */
export function secretWords(secret: SecretData, key: string): readonly string[] {
  const words = secretKey(secret, key).toString('utf8').split(/\s+/).filter(Boolean);
  if (words.length === 0) throw malformedKey(key, 'it has nothing but white space');
  return words;
}

/** @param fault what is wrong with the key's value, and never the value. */
export function malformedKey(key: string, fault: string): ReceiverError {
  return new ReceiverError('TokenNotFound', `the Secret's key '${key}' cannot be used: ${fault}`);
}
