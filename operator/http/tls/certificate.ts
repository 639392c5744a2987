/** Reads the certificate of the TLS listener and its key, from the two files of a `kubernetes.io/tls` Secret. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** PEM; the certificate may be a chain, its own first. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly notAfter: Date;
}

/**
 * Reads the two and checks that they belong together and that TLS takes them. Of several faults always the same one is
 * reported: that of the certificate comes first.
 * @throws Error with one line: which flag, which file, why not.
 */
export async function readCertificate(
  { certFile, keyFile }: CertificateFiles,
  read: (file: string) => Promise<Buffer> = readFile,
): Promise<Certificate> {
  const cert = await readAs(read, '--tls-cert-file', certFile);
  const key = await readAs(read, '--tls-key-file', keyFile);
  const certificate = parsed(`--tls-cert-file ${certFile}: not a PEM certificate`, () => new X509Certificate(cert));
  const privateKey = parsed(
    `--tls-key-file ${keyFile}: not a PEM private key without a passphrase`,
    (): KeyObject => createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`--tls-key-file ${keyFile}: not the key of the certificate in --tls-cert-file ${certFile}`);
  }
  parsed(`--tls-cert-file ${certFile}: TLS cannot use it`, () => createSecureContext({ cert, key }));
  return { cert, key, notAfter: new Date(certificate.validTo) };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'a folder, not a file',
};

async function readAs(read: (file: string) => Promise<Buffer>, flag: string, file: string): Promise<Buffer> {
  try {
    return await read(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new Error(`${flag} ${file}: ${reasons[code] ?? `cannot be read (${code})`}`, { cause: error });
  }
}

function parsed<T>(message: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(message, { cause: error });
  }
}
