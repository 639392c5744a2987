/**
 * Issuers of ID tokens: where their keys are, and whether a token is signed by one. What is fetched is cached here, for
 * every Receiver that shares this object.
 */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import { createJsonFetcher, type JsonFetcher } from './create-json-fetcher.ts';
import { createRemoteCache } from './create-remote-cache.ts';
import { isForgeableKey } from './is-forgeable-key.ts';
import { isJsonObject } from './is-json-object.ts';
import { type Discovery, parseDiscovery } from './parse-discovery.ts';
import type { IdToken } from './parse-id-token.ts';

export interface Issuers {
  /** @throws RequestError IssuerUnreachable, IssuerInvalid */
  discover(issuerUrl: string): Promise<Discovery>;
  /**
   * Proves that the token was signed with one of these algorithms by one of the keys at `jwksUrl`. A key that is not
   * known yet is fetched from there, but not more often than every ten seconds.
   * @throws RequestError TokenRejected, IssuerUnreachable, IssuerInvalid
   */
  checkSignature(token: IdToken, from: Discovery): Promise<void>;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

const MAX_AGE_MS = 600_000;
const MIN_REFRESH_MS = 10_000;
const HOLD_FAILURE_MS = 1_000;
const MAX_ENTRIES = 1_000;

/** @param options for tests: how to fetch, and the time in milliseconds. */
export function createIssuers(options: { fetchJson?: JsonFetcher; now?: () => number } = {}): Issuers {
  const { fetchJson = createJsonFetcher(), now = systemClock.elapsedMs } = options;
  const common = {
    maxAgeMs: MAX_AGE_MS,
    minRefreshMs: MIN_REFRESH_MS,
    holdFailureMs: HOLD_FAILURE_MS,
    maxEntries: MAX_ENTRIES,
    now,
  };
  const discoveries = createRemoteCache<Discovery>({
    ...common,
    load: async (issuerUrl) => parseDiscovery(await fetchJson(discoveryUrl(issuerUrl)), issuerUrl),
  });
  const keySets = createRemoteCache<KeySet>({
    ...common,
    load: async (jwksUrl) => parseKeySet(await fetchJson(jwksUrl), jwksUrl),
  });

  return {
    discover: (issuerUrl) => discoveries.get(issuerUrl),
    async checkSignature(token, { jwksUrl, algorithms }) {
      if (!algorithms.includes(token.algorithm)) {
        throw new RequestError('TokenRejected', 'the token is signed with an algorithm that its issuer does not list');
      }
      if (await isSigned(token, await keySets.get(jwksUrl), algorithms)) return;
      const newer = await keySets.refresh(jwksUrl);
      if (newer !== undefined && (await isSigned(token, newer, algorithms))) return;
      throw new RequestError('TokenRejected', 'the token is not signed by a key of its issuer');
    },
  };
}

function discoveryUrl(issuerUrl: string): string {
  return `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

function isKeySet(document: unknown): document is JSONWebKeySet {
  return isJsonObject(document) && Array.isArray(document.keys) && document.keys.every(isJsonObject);
}

function parseKeySet(document: unknown, url: string): KeySet {
  if (!isKeySet(document)) throw new RequestError('IssuerInvalid', `${url}: not a set of keys`);
  try {
    return createLocalJWKSet({ keys: document.keys.filter((key) => !isForgeableKey(key)) });
  } catch (error) {
    throw new RequestError('IssuerInvalid', `${url}: not a set of keys`, { cause: error });
  }
}

async function isSigned(token: IdToken, keys: KeySet, algorithms: readonly string[]): Promise<boolean> {
  const options = { algorithms: [...algorithms] };
  try {
    await compactVerify(token.raw, keys, options);
    return true;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return false;
    for await (const key of error) {
      const signed = await compactVerify(token.raw, key, options).then(
        () => true,
        () => false,
      );
      if (signed) return true;
    }
    return false;
  }
}
