// X.509 certificates (RFC 5280) for a control plane that lives for one run, made without a program such as openssl.
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A key and its certificate, both PEM. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** What a certificate says about its owner. */
export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads these as the groups of a client. */
  readonly organizations?: readonly string[];
  /** DNS names and IPv4 addresses; a certificate with any is a server's, one without is a client's. */
  readonly hosts?: readonly string[];
  /** Until when it is valid; a week from now where nobody says. */
  readonly notAfter?: Date;
}

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 7 * 24 * HOUR_MS;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };

/** Makes a new self-signed authority, which can sign for the API server and its clients. */
export function createAuthority(commonName: string): Promise<KeyPair> {
  const { privateKey, publicKey } = newKey();
  const extensions = [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
  return issue({ subject: { commonName }, extensions, publicKey, privateKey, signerKey: privateKey });
}

/** Makes a key and a certificate for `subject`, signed by `authority`. */
export function issueCertificate(authority: KeyPair, subject: Subject): Promise<KeyPair> {
  const hosts = subject.hosts ?? [];
  const isServer = hosts.length > 0;
  const extensions = [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([isServer ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
    ...(isServer ? [new SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
  ];
  const issuer = new X509Certificate(authority.certificatePem).subjectName;
  return issue({ subject, issuer, extensions, ...newKey(), signerKey: createPrivateKey(authority.keyPem) });
}

/** Makes the PEM key pair with which the API server signs and checks ServiceAccount tokens. */
export function createSigningKey(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = newKey();
  return { privatePem: pemOfKey(privateKey), publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
}

interface Issue {
  readonly subject: Subject;
  /** Without one the certificate is its own issuer. */
  readonly issuer?: Name;
  readonly extensions: Extension[];
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly signerKey: KeyObject;
}

async function issue({ subject, issuer, extensions, publicKey, privateKey, signerKey }: Issue): Promise<KeyPair> {
  const { commonName, organizations = [] } = subject;
  const name = [...organizations.map((organization) => ({ O: [organization] })), { CN: [commonName] }];
  const { notAfter = new Date(Date.now() + LIFETIME_MS) } = subject;
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: issuer ?? name,
    notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR_MS),
    notAfter,
    extensions,
    publicKey: publicKey.toCryptoKey(ECDSA, true, ['verify']),
    signingKey: signerKey.toCryptoKey(ECDSA, false, ['sign']),
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: pemOfKey(privateKey) };
}

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function alternativeName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIPv4(host) ? 'ip' : 'dns', value: host };
}

function pemOfKey(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
