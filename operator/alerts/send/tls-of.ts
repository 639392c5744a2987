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
  /** The data of `secretRef`'s Secret, for the types that may keep certificates there; half a pair is none. */
  readonly own: Data | undefined;
  /** Told of names that Flux will cease to read. */
  readonly warn: (message: string) => void;
}

/** The names that came before. */
const LEGACY = { 'ca.crt': 'caFile', 'tls.crt': 'certFile', 'tls.key': 'keyFile' } as const;
type Key = keyof typeof LEGACY;

/** An empty value is none: cert-manager leaves `ca.crt` so. @throws DeliveryError final for what cannot be used. */
export function tlsOf({ namespace, certName, cert, own, warn }: TlsSources): TlsSettings | undefined {
  if (cert !== undefined) {
    const secret = `secret '${namespace}/${certName}'`;
    for (const [key, legacy] of Object.entries(LEGACY)) {
      if (cert[key] === undefined && cert[legacy] !== undefined) warn(`${secret}: '${legacy}' is read as '${key}'`);
    }
    const pem = pemOf(cert);
    checkPair(pem, secret);
    const tls = checked(pem, secret);
    if (tls === undefined) throw fault(`${secret} must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'`);
    return tls;
  }
  if (own === undefined) return undefined;
  const { ca, cert: ownCert, key } = pemOf(own);
  const isPair = ownCert !== undefined && key !== undefined;
  return checked(isPair ? { ca, cert: ownCert, key } : { ca, cert: undefined, key: undefined }, 'secret');
}

function pemOf(data: Data): TlsSettings {
  const pem = (key: Key) => (data[key] ?? data[LEGACY[key]])?.toString('utf8') || undefined;
  return { ca: pem('ca.crt'), cert: pem('tls.crt'), key: pem('tls.key') };
}

function checkPair({ cert, key }: TlsSettings, secret: string): void {
  if ((cert === undefined) === (key === undefined)) return;
  const [has, lacks] = key === undefined ? ['tls.crt', 'tls.key'] : ['tls.key', 'tls.crt'];
  throw fault(`${secret} contains '${has}' but missing '${lacks}'`);
}

function checked(pem: TlsSettings, secret: string): TlsSettings | undefined {
  const { ca, cert, key } = pem;
  if (ca === undefined && cert === undefined) return undefined;
  if (ca !== undefined) check(() => new X509Certificate(ca), `${secret}: 'ca.crt' is not a PEM certificate`);
  if (cert !== undefined && key !== undefined) {
    check(() => new X509Certificate(cert), `${secret}: 'tls.crt' is not a PEM certificate`);
    check(() => createPrivateKey(key), `${secret}: 'tls.key' is not a PEM private key`);
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw fault(`${secret}: 'tls.key' is not the key of 'tls.crt'`);
    }
  }
  return pem;
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
