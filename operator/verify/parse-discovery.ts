/** What is read of an issuer's discovery document (OpenID Connect Discovery 1.0, section 3). */
import { RequestError } from '../api/errors.ts';
import { isJsonObject } from './is-json-object.ts';

export interface Discovery {
  readonly jwksUrl: string;
  /** What its tokens may be signed with; never `none`, never a shared secret. */
  readonly algorithms: readonly string[];
}

const asymmetric: ReadonlySet<unknown> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
]);

/** @throws RequestError IssuerInvalid when it is not the document of exactly this issuer. */
export function parseDiscovery(document: unknown, issuerUrl: string): Discovery {
  if (!isJsonObject(document)) throw new RequestError('IssuerInvalid', 'the discovery document is not an object');
  if (document.issuer !== issuerUrl) {
    throw new RequestError('IssuerInvalid', `the discovery document of ${issuerUrl} names another issuer`);
  }
  const { jwks_uri: jwksUrl, id_token_signing_alg_values_supported: listed } = document;
  if (typeof jwksUrl !== 'string') throw new RequestError('IssuerInvalid', 'the discovery document has no jwks_uri');
  const algorithms = Array.isArray(listed) ? listed.filter((name) => asymmetric.has(name)) : [];
  return { jwksUrl, algorithms: algorithms.length === 0 ? ['RS256'] : algorithms };
}
