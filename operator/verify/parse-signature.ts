import { RequestError } from '../api/errors.ts';

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;
const HEX = /^[0-9a-f]*$/i;

type Algorithm = keyof typeof digestBytes;

function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(digestBytes, name);
}

/**
 * A signature header of the form `sha1=<hex>`, `sha256=<hex>` or `sha512=<hex>`; hex digits of either case.
 *
 * @throws RequestError SignatureMissing, SignatureMalformed
 */
export function parseSignature(value: string | undefined): { algorithm: Algorithm; digest: Buffer } {
  if (value === undefined) throw new RequestError('SignatureMissing');
  const separator = value.indexOf('=');
  if (separator === -1) throw new RequestError('SignatureMalformed', 'the signature has no algorithm');
  const algorithm = value.slice(0, separator);
  if (!isAlgorithm(algorithm))
    throw new RequestError('SignatureMalformed', 'the algorithm of the signature is unknown');
  const hex = value.slice(separator + 1);
  if (hex.length !== digestBytes[algorithm] * 2 || !HEX.test(hex)) {
    throw new RequestError('SignatureMalformed', `the signature is not ${digestBytes[algorithm]} bytes of hex`);
  }
  return { algorithm, digest: Buffer.from(hex, 'hex') };
}
