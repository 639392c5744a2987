/** Access tokens of Google: by the key of a Secret, by a ServiceAccount's token, or as the operator itself. */

import type { AuthClient } from 'google-auth-library';
import { POOL, POOL_KEY } from '../../kube/google-pool.ts';
import type { Clock } from '../../observe/clock.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { Identity, SecretData, ServiceAccount } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { googleErrorOf } from './gcp-error.ts';

type Client = typeof import('../clients/pubsub.ts');

export interface GoogleCredentials {
  /** An access token; keeps what is still good. @throws SourceError; what TokenRequest throws */
  get(): Promise<string>;
  /** It was refused: another one is wanted. */
  forget(): void;
}

export interface GoogleAccess {
  readonly sdk: Client;
  readonly identity: Identity;
  readonly clock: Clock;
}

/** @throws SourceError where the Secret lacks a usable key, an annotation is missing, or no identity may be used. */
export type GoogleIdentities = (access: GoogleAccess) => GoogleCredentials;

/** Where tokens are had; other places than Google's are for tests. */
export interface GoogleAddresses {
  /** Of the Security Token Service. */
  readonly sts: string;
  /** Of the IAM Service Account Credentials API. */
  readonly iam: string;
  /** Makes the requests for keys of Secrets; the library's own when absent. */
  readonly fetch?: typeof fetch;
}

interface Kept {
  readonly token: Promise<string>;
  /** By the wall clock; undefined while it is asked for. */
  untilMs: number | undefined;
}

const GOOGLE: GoogleAddresses = {
  sts: 'https://sts.googleapis.com/v1/token',
  iam: 'https://iamcredentials.googleapis.com',
};
const SCOPE = 'https://www.googleapis.com/auth/pubsub';
/** Of its life; after it a token is exchanged anew. */
const KEPT_SHARE = 0.8;

const EMAIL_KEY = 'iam.gke.io/gcp-service-account';
const EMAIL = /^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9.-]{1,100}\.gserviceaccount\.com$/;

/** One for all objects: what was exchanged is kept for all that share a ServiceAccount. */
export function createGoogleIdentities(addresses: GoogleAddresses = GOOGLE): GoogleIdentities {
  const shared = new Map<string, Kept>();
  return ({ sdk, identity, clock }) => {
    switch (identity.kind) {
      case 'secret': {
        const key = serviceAccountKey(identity.data);
        return keeping(new Map(), '', clock, async () => ofKey(sdk, key, addresses));
      }
      case 'service-account': {
        const { account } = identity;
        const pool = annotation(account, POOL_KEY, POOL);
        const email = account.annotations[EMAIL_KEY] === undefined ? '' : annotation(account, EMAIL_KEY, EMAIL);
        const client = async () => ofAccount(sdk, account, { pool, email }, addresses);
        return keeping(shared, [account.uid, pool, email].join(' '), clock, client);
      }
      case 'operator':
        return keeping(shared, 'operator', clock, () => new sdk.GoogleAuth({ scopes: SCOPE }).getClient());
      case 'none':
        throw new SourceError(
          'ServiceAccountNotAllowed',
          'Pub/Sub needs an identity: set spec.secretRef or spec.serviceAccountName',
        );
    }
  };
}

/**
 * One request for all that ask at the same time; one that failed is not kept.
 * @param clientOf makes a new one each time, since the library keeps tokens by rules of its own.
 */
function keeping(
  kept: Map<string, Kept>,
  key: string,
  clock: Clock,
  clientOf: () => Promise<AuthClient>,
): GoogleCredentials {
  async function renew(entry: { untilMs: number | undefined }): Promise<string> {
    const begunMs = clock.now();
    const { token, expiresAtMs } = await tokenOf(clientOf);
    entry.untilMs = begunMs + (expiresAtMs - begunMs) * KEPT_SHARE;
    return token;
  }
  return {
    get() {
      const known = kept.get(key);
      if (known !== undefined && (known.untilMs === undefined || clock.now() < known.untilMs)) return known.token;
      const times: { untilMs: number | undefined } = { untilMs: undefined };
      const entry: Kept = Object.assign(times, { token: renew(times) });
      kept.set(key, entry);
      entry.token.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return entry.token;
    },
    forget: () => void kept.delete(key),
  };
}

async function tokenOf(clientOf: () => Promise<AuthClient>): Promise<{ token: string; expiresAtMs: number }> {
  try {
    const client = await clientOf();
    const { token } = await client.getAccessToken();
    if (!token) throw new SourceError('AuthenticationFailed', 'Google gave no access token');
    return { token, expiresAtMs: client.credentials.expiry_date ?? 0 };
  } catch (error) {
    throw googleErrorOf(error);
  }
}

interface ServiceAccountKey {
  readonly email: string;
  readonly key: string;
}

/** Every address in it is passed over: whoever wrote the Secret would choose where the operator connects to. */
function serviceAccountKey(data: SecretData): ServiceAccountKey {
  const json = parsed(data['key.json']?.toString('utf8'));
  if (json.type !== 'service_account') throw fault('is not of type service_account');
  const text = (key: string): string => {
    const value = json[key];
    if (typeof value === 'string' && value !== '') return value;
    throw fault(`lacks ${key}`);
  };
  return { email: text('client_email'), key: text('private_key') };
}

function ofKey({ JWT }: Client, key: ServiceAccountKey, { fetch }: GoogleAddresses): AuthClient {
  const transport = fetch === undefined ? {} : { transporterOptions: { fetchImplementation: fetch } };
  return new JWT({ ...key, scopes: SCOPE, ...transport });
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) throw new SourceError('SecretNotFound', 'the Secret of secretRef lacks the key key.json');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault('is not JSON');
  }
  if (isJsonObject(value)) return value;
  throw fault('is not a JSON object');
}

function fault(what: string): SourceError {
  return new SourceError('AuthenticationFailed', `key.json in the Secret of secretRef ${what}`);
}

function ofAccount(
  { IdentityPoolClient }: Client,
  account: ServiceAccount,
  { pool, email }: { readonly pool: string; readonly email: string },
  { sts, iam }: GoogleAddresses,
): AuthClient {
  const audience = `//iam.googleapis.com/${pool}`;
  const impersonated = `${iam}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
  return new IdentityPoolClient({
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: sts,
    subject_token_supplier: { getSubjectToken: () => account.token(audience) },
    scopes: [SCOPE],
    ...(email !== '' && { service_account_impersonation_url: impersonated }),
  });
}

function annotation({ namespace, name, annotations }: ServiceAccount, key: string, pattern: RegExp): string {
  const value = annotations[key] ?? '';
  if (pattern.test(value)) return value;
  const problem = value === '' ? 'has no annotation' : 'has a wrong annotation';
  throw new SourceError('AuthenticationFailed', `ServiceAccount ${namespace}/${name} ${problem} ${key}`);
}
