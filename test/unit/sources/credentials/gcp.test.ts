/** Tokens of Google by each identity, with Google's own library and a stand-in for Google. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as sdk from '../../../../operator/sources/clients/pubsub.ts';
import { createGoogleIdentities } from '../../../../operator/sources/credentials/gcp.ts';
import type { Identity, ServiceAccount } from '../../../../operator/sources/source.ts';
import { SourceError } from '../../../../operator/sources/source-error.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { type GoogleTokens, startGoogleTokens } from '../../../support/sources/google-tokens.ts';

const POOL = 'projects/42/locations/global/workloadIdentityPools/pool/providers/cluster';
const POOL_KEY = 'gcp.auth.fluxcd.io/workload-identity-provider';
const EMAIL_KEY = 'iam.gke.io/gcp-service-account';
const HOUR_MS = 3_600_000;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = {
  type: 'service_account',
  client_email: 'sluice@acme.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'http://169.254.169.254/token',
  auth_uri: 'http://169.254.169.254/auth',
  universe_domain: 'example.com',
};

let google: GoogleTokens;
beforeAll(async () => {
  google = await startGoogleTokens();
});
afterEach(() => {
  google.refuse(undefined);
  google.asked.length = 0;
});
afterAll(() => google?.stop());

function secret(key: object | string): Identity {
  return { kind: 'secret', data: { 'key.json': Buffer.from(typeof key === 'string' ? key : JSON.stringify(key)) } };
}

function account(annotations: Readonly<Record<string, string>>, uid = 'u1') {
  const token = async (audience: string) => `token for ${audience}`;
  const borrowed: ServiceAccount = { namespace: 'apps', name: 'flux', uid, annotations, token };
  return { kind: 'service-account', account: borrowed } as const;
}

function setUp() {
  const clock = createManualClock(Date.now());
  const identities = createGoogleIdentities(google.addresses);
  return { clock, credentialsOf: (identity: Identity) => identities({ sdk, identity, clock }) };
}

async function errorOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return 'none';
  } catch (error) {
    return error instanceof SourceError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('a key in a Secret', () => {
  it('gets a token of Google, and of none of the addresses in the key', async () => {
    const { credentialsOf } = setUp();
    expect(await credentialsOf(secret(KEY)).get()).toBe('jwt-1');
    expect(google.asked).toMatchObject([
      {
        host: 'oauth2.googleapis.com',
        fields: { iss: KEY.client_email, scope: 'https://www.googleapis.com/auth/pubsub' },
      },
    ]);
  });

  it.each<[what: string, identity: Identity, error: string]>([
    ['is missing', { kind: 'secret', data: {} }, 'SecretNotFound: the Secret of secretRef lacks the key key.json'],
    ['is not JSON', secret('{'), 'AuthenticationFailed: key.json in the Secret of secretRef is not JSON'],
    ['is no object', secret('[]'), 'AuthenticationFailed: key.json in the Secret of secretRef is not a JSON object'],
    [
      'is of another type',
      secret({ ...KEY, type: 'external_account' }),
      'AuthenticationFailed: key.json in the Secret of secretRef is not of type service_account',
    ],
    [
      'is not whole',
      secret({ ...KEY, private_key: '' }),
      'AuthenticationFailed: key.json in the Secret of secretRef lacks private_key',
    ],
  ])('that %s is told at once', async (_what, identity, error) => {
    const { credentialsOf } = setUp();
    expect(await errorOf(() => credentialsOf(identity))).toBe(error);
  });

  it('that is no key cannot be used, and is not shown', async () => {
    const { credentialsOf } = setUp();
    const broken = secret({ ...KEY, private_key: 'not a key' });
    expect(await errorOf(() => credentialsOf(broken).get())).toBe(
      'AuthenticationFailed: no access token of Google: the credentials cannot be used',
    );
  });
});

describe('a ServiceAccount', () => {
  it('has its token exchanged', async () => {
    const { credentialsOf } = setUp();
    expect(await credentialsOf(account({ [POOL_KEY]: POOL })).get()).toBe('sts-1');
    expect(google.asked).toMatchObject([
      {
        host: 'sts.googleapis.com',
        fields: {
          audience: `//iam.googleapis.com/${POOL}`,
          subject_token: `token for //iam.googleapis.com/${POOL}`,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        },
      },
    ]);
  });

  it('has it exchanged again for that of the account which it names', async () => {
    const { credentialsOf } = setUp();
    const email = 'sluice@acme.iam.gserviceaccount.com';
    expect(await credentialsOf(account({ [POOL_KEY]: POOL, [EMAIL_KEY]: email })).get()).toBe('iam-2');
    expect(google.asked[1]?.fields).toMatchObject({
      path: `/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
      authorization: 'Bearer sts-1',
    });
  });

  it.each<[annotations: Record<string, string>, error: string]>([
    [{}, `has no annotation ${POOL_KEY}`],
    [{ [POOL_KEY]: 'projects/x' }, `has a wrong annotation ${POOL_KEY}`],
    [{ [POOL_KEY]: POOL, [EMAIL_KEY]: 'a@b/../c' }, `has a wrong annotation ${EMAIL_KEY}`],
    [{ [POOL_KEY]: POOL, [EMAIL_KEY]: '' }, `has no annotation ${EMAIL_KEY}`],
  ])('with annotations %j is told what it lacks', async (annotations, error) => {
    const { credentialsOf } = setUp();
    expect(await errorOf(() => credentialsOf(account(annotations)))).toBe(
      `AuthenticationFailed: ServiceAccount apps/flux ${error}`,
    );
  });

  it('shares what was exchanged for its uid, for 80 % of its life', async () => {
    const { clock, credentialsOf } = setUp();
    const one = credentialsOf(account({ [POOL_KEY]: POOL }));
    expect(await Promise.all([one.get(), credentialsOf(account({ [POOL_KEY]: POOL })).get()])).toEqual([
      'sts-1',
      'sts-1',
    ]);
    expect(await credentialsOf(account({ [POOL_KEY]: POOL }, 'u2')).get()).toBe('sts-2');
    await clock.advance(0.79 * HOUR_MS);
    expect(await one.get()).toBe('sts-1');
    await clock.advance(0.02 * HOUR_MS);
    expect(await one.get()).toBe('sts-3');
    one.forget();
    expect(await one.get()).toBe('sts-4');
  });

  it('that may not be borrowed is told as the API server has it', async () => {
    const { credentialsOf } = setUp();
    const identity = account({ [POOL_KEY]: POOL });
    const token = () => Promise.reject(new SourceError('ServiceAccountNotAllowed', 'no right'));
    const refused = credentialsOf({ ...identity, account: { ...identity.account, token } });
    expect(await errorOf(() => refused.get())).toBe('ServiceAccountNotAllowed: no right');
  });

  it('that Google refuses is told by the code alone, and tried again when asked again', async () => {
    const { credentialsOf } = setUp();
    const credentials = credentialsOf(account({ [POOL_KEY]: POOL }));
    google.refuse({ status: 400, error: 'invalid_grant' });
    expect(await errorOf(() => credentials.get())).toBe(
      'AuthenticationFailed: Google refuses the credentials: invalid_grant',
    );
    google.refuse(undefined);
    expect(await credentials.get()).toBe('sts-1');
  });
});

it('needs some identity', async () => {
  const { credentialsOf } = setUp();
  expect(await errorOf(() => credentialsOf({ kind: 'none' }))).toContain('ServiceAccountNotAllowed');
});
