/** Signs in to GitHub as an App (contract, *Git*, *GitHub App*): a key signs a claim, which is exchanged for a token. */

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { systemClock } from '../../observe/clock.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { AccessToken, KeptToken, ProviderTokens } from '../cloud/token-cache.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import type { HttpCaller } from '../send/http-caller.ts';
import { createGitApi, type GitApi } from './git-api.ts';
import { checkGitHubLimit } from './github-limit.ts';
import { textField } from './text-field.ts';

export interface GitHubApp {
  /** The installation's token; kept until shortly before it expires. @throws DeliveryError */
  readonly token: KeptToken;
  /** The name under which the App writes. @throws DeliveryError */
  slug(signal: AbortSignal): Promise<string>;
}

export interface GitHubAppOptions {
  readonly http: HttpCaller;
  /** Of every call to GitHub. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tokens: ProviderTokens;
  readonly now?: () => number;
}

interface Credentials {
  readonly appId: string;
  readonly key: KeyObject;
  /** One of the two is empty. */
  readonly installationId: string;
  readonly owner: string;
  readonly baseUrl: string;
}

const PUBLIC_API = 'https://api.github.com';
/** Clocks differ. */
const ISSUED_AGO_SECONDS = 30;
const VALID_SECONDS = 90;

/** @returns undefined: the Secret has no App. @throws DeliveryError final for one that is not whole. */
export function createGitHubApp(
  secret: ProviderSettings['secret'],
  { http, headers, tokens, now = systemClock.now }: GitHubAppOptions,
): GitHubApp | undefined {
  const credentials = credentialsOf(secret);
  if (credentials === undefined) return undefined;
  const api = createGitApi({
    http,
    headers: async () => ({ ...headers, Authorization: `Bearer ${await signed(credentials, now())}` }),
    check: checkGitHubLimit,
  });
  const urlOf = (path: string) => new URL(`${credentials.baseUrl}${path}`);
  return {
    token: tokens.keep((signal) => installationToken(api, { credentials, urlOf, signal })),
    async slug(signal) {
      const app = await api.call({ url: urlOf('/app'), purpose: 'read the GitHub App' }, signal);
      return textField(app, 'slug', 'the GitHub App');
    },
  };
}

function credentialsOf(secret: ProviderSettings['secret']): Credentials | undefined {
  const text = (key: string) => secret[key]?.toString('utf8').trim() ?? '';
  const appId = text('githubAppID');
  const installationId = text('githubAppInstallationID');
  const owner = text('githubAppInstallationOwner');
  const pem = text('githubAppPrivateKey');
  if (appId === '' && pem === '' && installationId === '' && owner === '') return undefined;
  if (appId === '') throw incomplete("the key 'githubAppID' is missing");
  if (pem === '') throw incomplete("the key 'githubAppPrivateKey' is missing");
  if ((installationId === '') === (owner === '')) {
    throw incomplete("one of 'githubAppInstallationID' and 'githubAppInstallationOwner' is needed");
  }
  const baseUrl = (text('githubAppBaseURL') || PUBLIC_API).replace(/\/+$/, '');
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '')) throw incomplete("'githubAppBaseURL' is not an http URL");
  return { appId, key: keyOf(pem), installationId, owner, baseUrl };
}

/**
 * An App in the Secret of a commit status names one installation, also where the type or a token makes no use of it, as
 * Flux's controller has it.
 * @param where names the Secret, for the error. @throws DeliveryError final
 */
export function checkInstallation(secret: ProviderSettings['secret'], where: string): void {
  const has = (key: string) => (secret[key]?.length ?? 0) > 0;
  if (!has('githubAppID') || !has('githubAppPrivateKey')) return;
  if (has('githubAppInstallationOwner') !== has('githubAppInstallationID')) return;
  const keys = "exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'";
  throw new DeliveryError('final', `failed to get TLS config: ${where} must contain ${keys}`);
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Nothing of a key is shown.
  }
  throw incomplete("'githubAppPrivateKey' is not a PEM RSA private key");
}

function incomplete(what: string): DeliveryError {
  return new DeliveryError('final', `invalid GitHub App in the Secret: ${what}`);
}

async function signed({ appId, key }: Credentials, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(appId)
    .setIssuedAt(now - ISSUED_AGO_SECONDS)
    .setExpirationTime(now + VALID_SECONDS)
    .sign(key);
}

interface Asking {
  readonly credentials: Credentials;
  readonly urlOf: (path: string) => URL;
  readonly signal: AbortSignal;
}

async function installationToken(api: GitApi, asking: Asking): Promise<AccessToken> {
  const { credentials, urlOf, signal } = asking;
  const id = credentials.installationId || (await installationOf(api, asking));
  const url = urlOf(`/app/installations/${encodeURIComponent(id)}/access_tokens`);
  const answer = await api.call({ method: 'POST', url, purpose: 'get a token of the GitHub App' }, signal);
  const expiresAtMs = isJsonObject(answer) ? Date.parse(String(answer.expires_at)) : Number.NaN;
  return {
    token: textField(answer, 'token', 'the token of the GitHub App'),
    expiresAtMs: Number.isNaN(expiresAtMs) ? 0 : expiresAtMs,
  };
}

/** The owner is an organisation or a user. */
async function installationOf(api: GitApi, { credentials, urlOf, signal }: Asking): Promise<string> {
  const owner = encodeURIComponent(credentials.owner);
  const purpose = 'find the installation of the GitHub App';
  const found = await api
    .call({ url: urlOf(`/orgs/${owner}/installation`), purpose }, signal)
    .catch((error: unknown) => {
      if (!(error instanceof DeliveryError) || error.verdict === 'passing') throw error;
      return api.call({ url: urlOf(`/users/${owner}/installation`), purpose }, signal);
    });
  const id = isJsonObject(found) ? found.id : undefined;
  if (typeof id !== 'number' && typeof id !== 'string')
    throw new DeliveryError('passing', `failed to ${purpose}: no id`);
  return String(id);
}
