/** For senders that can get an ID token, such as CI jobs: no shared secret, and rules over the token's claims. */
import { RequestError } from '../api/errors.ts';
import { DEFAULT_OIDC_AUDIENCE, type OidcProvider } from '../api/receiver/receiver.ts';
import { systemClock } from '../observe/clock.ts';
import { bearerToken } from '../verify/bearer-token.ts';
import { checkValidityPeriod } from '../verify/check-validity-period.ts';
import type { Issuers } from '../verify/create-issuers.ts';
import { type IdToken, parseIdToken } from '../verify/parse-id-token.ts';
import { type ClaimsPolicy, compileClaimsPolicy } from './claims-policy.ts';
import { issuers as sharedIssuers } from './issuers.ts';
import type { RequestHead, WebhookType, WebhookVerifier } from './webhook-type.ts';

interface GenericOidcOptions {
  readonly issuers: Issuers;
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Provider {
  readonly issuerUrl: string;
  readonly audience: string;
  readonly checkClaims: ClaimsPolicy;
}

function compileProvider(provider: OidcProvider, index: number): Provider {
  return {
    issuerUrl: provider.issuerURL,
    audience: provider.audience || DEFAULT_OIDC_AUDIENCE,
    checkClaims: compileClaimsPolicy(provider, `spec.oidcProviders[${index}] (${provider.issuerURL})`),
  };
}

function isFor(audience: string, claims: IdToken['claims']): boolean {
  return Array.isArray(claims.aud) ? claims.aud.includes(audience) : claims.aud === audience;
}

function prepare(specs: readonly OidcProvider[], { issuers, now }: GenericOidcOptions): WebhookVerifier {
  const providers = specs.map(compileProvider);

  /** Checks all that needs no key. */
  function readToken(head: RequestHead): { token: IdToken; provider: Provider } {
    const token = parseIdToken(bearerToken(head));
    const provider = providers.find(({ issuerUrl }) => issuerUrl === token.claims.iss);
    if (provider === undefined) throw new RequestError('TokenRejected', 'no provider has the issuer of the token');
    if (!isFor(provider.audience, token.claims)) {
      throw new RequestError('TokenRejected', `the token is not for audience ${provider.audience}`);
    }
    checkValidityPeriod(token.claims, head.sentAtMs ?? now());
    return { token, provider };
  }

  return {
    head(head) {
      const { token, provider } = readToken(head);
      return async () => {
        await issuers.checkSignature(token, await issuers.discover(provider.issuerUrl));
        provider.checkClaims(token.claims);
        return { claims: token.claims };
      };
    },
  };
}

/** @param options for tests: another cache, another time. */
export function createGenericOidc(options: Partial<GenericOidcOptions> = {}): WebhookType {
  const all = { issuers: sharedIssuers, now: systemClock.now, ...options };
  return {
    name: 'generic-oidc',
    validatedBy: 'an ID token in `Authorization: Bearer`, of a provider in `oidcProviders`, whose claims hold',
    secret: 'refused',
    oidcProviders: 'required',
    filterVariables: ['claims'],
    methods: ['POST', 'GET', 'PUT'],
    prepare: ({ oidcProviders }) => prepare(oidcProviders, all),
  };
}

export const genericOidc: WebhookType = createGenericOidc();
