/** Reads a Provider's certificates from its Secrets. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { DeliveryError } from '../delivery-error.ts';
import type { TlsSettings } from './http-caller.ts';

type Data = Readonly<Record<string, Buffer>>;

export interface TlsSources {
  readonly namespace: string;
  readonly certName: string | undefined;
  /** The data of `certSecretRef`'s Secret. */
  readonly cert: Data | undefined;
  /** The data of `secretRef`'s Secret, for the types that may keep certificates there. */
  readonly own: Data | undefined;
  /** Told of names that Flux will cease to read. */
  readonly warn: (message: string) => void;
}

/** The names that came before. */
const LEGACY = { 'ca.crt': 'caFile', 'tls.crt': 'certFile', 'tls.key': 'keyFile' } as const;
type Key = keyof typeof LEGACY;

/** @throws DeliveryError final for half a pair, bad PEM, or a `certSecretRef` without either. */
export function tlsOf({ namespace, certName, cert, own, warn }: TlsSources): TlsSettings | undefined {
  if (cert !== undefined) {
    const secret = `secret '${namespace}/${certName}'`;
    for (const [key, legacy] of Object.entries(LEGACY)) {
      if (cert[key] === undefined && cert[legacy] !== undefined) warn(`${secret}: '${legacy}' is read as '${key}'`);
    }
    const tls = read(cert, secret);
    if (tls === undefined) throw fault(`${secret} must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'`);
    return tls;
  }
  return own === undefined ? undefined : read(own, 'secret');
}

function read(data: Data, secret: string): TlsSettings | undefined {
  const pem = (key: Key) => (data[key] ?? data[LEGACY[key]])?.toString('utf8');
  const [ca, cert, key] = [pem('ca.crt'), pem('tls.crt'), pem('tls.key')];
  if (cert !== undefined && key === undefined) throw fault(`${secret} contains 'tls.crt' but missing 'tls.key'`);
  if (cert === undefined && key !== undefined) throw fault(`${secret} contains 'tls.key' but missing 'tls.crt'`);
  if (ca === undefined && cert === undefined) return undefined;
  if (ca !== undefined) check(() => new X509Certificate(ca), `${secret}: 'ca.crt' is not a PEM certificate`);
  if (cert !== undefined && key !== undefined) {
    check(() => new X509Certificate(cert), `${secret}: 'tls.crt' is not a PEM certificate`);
    check(() => createPrivateKey(key), `${secret}: 'tls.key' is not a PEM private key`);
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw fault(`${secret}: 'tls.key' is not the key of 'tls.crt'`);
    }
  }
  return { ca, cert, key };
}

function check(attempt: () => unknown, message: string): void {
  try {
    attempt();
  } catch {
    throw fault(message);
  }
}

function fault(message: string): DeliveryError {
  return new DeliveryError('final', `failed to get TLS config: ${message}`);
}
