// Tokens of ServiceAccounts that live for seconds: the API server itself issues none for less than ten minutes.
import { createHash, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterAccess } from './cluster-access.ts';
import { SERVICE_ACCOUNT_ISSUER, TOKEN_KEY_FILE } from './servers.ts';

/**
 * Whose token, and how long from now until it expires, which may be in the past. The API server allows clocks to differ
 * by a minute and remembers for ten seconds that a token was good: one of -55 s is refused some 15 s after its first use.
 */
export interface TokenRequest {
  readonly namespace: string;
  readonly name: string;
  readonly lifetimeSeconds: number;
}

/**
 * Signs a token as the API server would, with its key. Works on a control plane of ours only.
 * Throws when there is no such ServiceAccount.
 */
export async function signServiceAccountToken(
  cluster: ClusterAccess & { readonly dir: string },
  { namespace, name, lifetimeSeconds }: TokenRequest,
): Promise<string> {
  const found = await cluster.kubectl([
    'get',
    'serviceaccount',
    name,
    '-n',
    namespace,
    '-o',
    'jsonpath={.metadata.uid}',
  ]);
  if (found.code !== 0) {
    throw new Error(found.stderr.trim());
  }
  const key = readFileSync(join(cluster.dir, TOKEN_KEY_FILE), 'utf8');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'ES256', kid: createHash('sha256').update(spki).digest('base64url') };
  const claims = {
    iss: SERVICE_ACCOUNT_ISSUER,
    aud: [SERVICE_ACCOUNT_ISSUER],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: now - 3600,
    nbf: now - 3600,
    exp: now + lifetimeSeconds,
    'kubernetes.io': { namespace, serviceaccount: { name, uid: found.stdout } },
  };
  const content = `${encode(header)}.${encode(claims)}`;
  // RFC 7518 section 3.4: both numbers of the signature joined, not the DER that OpenSSL makes.
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
