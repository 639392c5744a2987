/** An issuer of ID tokens on a real socket, with a discovery document and keys that rotate, and that can misbehave. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export type Misbehaviour =
  | 'redirect'
  | 'huge'
  | 'silent'
  | 'trickle'
  | 'error'
  | 'not-json'
  | 'other-issuer'
  | 'no-keys';

export interface OidcIssuer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly jwksUrl: string;
  /** How often each path was asked for. */
  readonly asked: { discovery: number; jwks: number; elsewhere: number };
  /** What the discovery document says of itself; undefined: the field is not there. */
  algorithms: string[] | undefined;
  /** What it does wrong, on every path; undefined: nothing. */
  misbehaviour: Misbehaviour | undefined;
  /** A token of this issuer, five minutes long, for `audience`; `claims` and `header` overwrite, undefined takes away. */
  sign(options?: SignOptions): Promise<string>;
  /** A new key in the place of all others. */
  rotate(options?: { alg?: string; kid?: string }): Promise<void>;
  /** A new key beside the others. */
  addKey(options?: { alg?: string; kid?: string }): Promise<void>;
  close(): Promise<void>;
}

export interface SignOptions {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Signs with this key instead of the issuer's newest. */
  key?: CryptoKey | Uint8Array;
  nowMs?: number;
}

interface Key {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const HUGE_BYTES = 1_100_000;

async function createKey(alg: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** @returns false where the answer is what it should be. */
function misbehave(response: ServerResponse, how: Misbehaviour | undefined, url: string): boolean {
  if (how === 'redirect') response.writeHead(302, { location: `${url}/elsewhere` }).end();
  else if (how === 'huge') response.writeHead(200).end(`{"filler":"${'x'.repeat(HUGE_BYTES)}"}`);
  else if (how === 'error') response.writeHead(500).end('{}');
  else if (how === 'not-json') response.writeHead(200).end('<html>');
  else if (how === 'trickle') response.writeHead(200).write('{');
  else return how === 'silent';
  return true;
}

export async function startOidcIssuer(options: { audience?: string; alg?: string } = {}): Promise<OidcIssuer> {
  const { audience = 'notification-controller', alg = 'ES256' } = options;
  const state: Pick<OidcIssuer, 'asked' | 'algorithms' | 'misbehaviour'> = {
    asked: { discovery: 0, jwks: 0, elsewhere: 0 },
    algorithms: [alg],
    misbehaviour: undefined,
  };
  let count = 1;
  let keys = [await createKey(alg, `key-${count}`)];
  let url = '';

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const what = path.startsWith('/.well-known/') ? 'discovery' : path === '/keys' ? 'jwks' : 'elsewhere';
    state.asked[what]++;
    if (misbehave(response, state.misbehaviour, url)) return;
    const issuer = state.misbehaviour === 'other-issuer' ? `${url}/other` : url;
    const document = { issuer, jwks_uri: `${url}/keys`, id_token_signing_alg_values_supported: state.algorithms };
    const jwks = state.misbehaviour === 'no-keys' ? { keys: 'none' } : { keys: keys.map(({ jwk }) => jwk) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(what === 'discovery' ? document : jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(state, {
    url,
    jwksUrl: `${url}/keys`,
    async sign({ claims = {}, header = {}, key, nowMs = Date.now() }: SignOptions = {}) {
      const newest = keys.at(-1);
      if (newest === undefined) throw new Error('the issuer has no key');
      const nowS = Math.floor(nowMs / 1000);
      const payload = { iss: url, aud: audience, sub: 'someone', iat: nowS, exp: nowS + 300, ...claims };
      return new SignJWT(withoutUndefined(payload))
        .setProtectedHeader({ alg: newest.alg, ...withoutUndefined({ kid: newest.kid, ...header }) })
        .sign(key ?? newest.privateKey);
    },
    async rotate({ alg: next = alg, kid = `key-${++count}` } = {}) {
      keys = [await createKey(next, kid)];
    },
    async addKey({ alg: next = alg, kid = `key-${++count}` } = {}) {
      keys = [...keys, await createKey(next, kid)];
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
