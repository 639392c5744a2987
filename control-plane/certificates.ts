// X.509 certificates (RFC 5280) for a control plane that lives for one run, made with node:crypto alone,
// so that a machine without openssl has them too.
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, der, integer, objectId, octets, sequence, set, text, time, yes } from './der.ts';

/** A key and its certificate, both PEM. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate authority that can sign for the API server and its clients. */
export interface Authority extends KeyPair {
  readonly name: string;
}

/** What a leaf certificate says about its owner. */
export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads these as the groups of a client. */
  readonly organizations?: readonly string[];
  /** DNS names and IPv4 addresses; a certificate with any is a server's, one without is a client's. */
  readonly hosts?: readonly string[];
}

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 7 * 24 * HOUR_MS;
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Makes a new self-signed authority. */
export function createAuthority(name: string): Authority {
  const { privateKey } = newKey();
  const extensions = [
    extension('2.5.29.19', sequence(yes()), true),
    // keyCertSign and cRLSign
    extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
  ];
  return {
    name,
    ...issue({ issuer: name, subject: { commonName: name }, extensions, key: privateKey, signer: privateKey }),
  };
}

/** Makes a key and a certificate for `subject`, signed by `authority`. `signerKey` is the authority's private key. */
export function issueCertificate(authority: Authority, signerKey: KeyObject, subject: Subject): KeyPair {
  const hosts = subject.hosts ?? [];
  const extensions = [
    // digitalSignature
    extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
    extension('2.5.29.37', sequence(objectId(hosts.length > 0 ? SERVER_AUTH : CLIENT_AUTH))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', sequence(...hosts.map(alternativeName)))] : []),
  ];
  return issue({ issuer: authority.name, subject, extensions, key: newKey().privateKey, signer: signerKey });
}

/** Makes the PEM key pair with which the API server signs and checks ServiceAccount tokens. */
export function createSigningKey(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = newKey();
  return { privatePem: pemOfKey(privateKey), publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
}

interface Issue {
  readonly issuer: string;
  readonly subject: Subject;
  readonly extensions: readonly Buffer[];
  readonly key: KeyObject;
  readonly signer: KeyObject;
}

function issue({ issuer, subject, extensions, key, signer }: Issue): KeyPair {
  const now = Date.now();
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    distinguishedName({ commonName: issuer }),
    sequence(time(new Date(now - HOUR_MS)), time(new Date(now + LIFETIME_MS))),
    distinguishedName(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, signer)));
  return { certificatePem: pem('CERTIFICATE', certificate), keyPem: pemOfKey(key) };
}

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer => set(sequence(objectId(type), text(value)));
  return sequence(...organizations.map((name) => attribute('2.5.4.10', name)), attribute('2.5.4.3', commonName));
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host, 'ascii'));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(id), ...(critical ? [yes()] : []), octets(value));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function pemOfKey(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
