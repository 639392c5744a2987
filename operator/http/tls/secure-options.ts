/** How TLS is spoken with a certificate. */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** Without renegotiation, which lets a client have the server work at will, and which nothing here needs. */
export function secureOptions({ cert, key }: Certificate): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION };
}
