/**
 * Exchanges a token of a ServiceAccount for one of Google (RFC 8693), as the ServiceAccount's annotations say. The library
 * could, but makes its exchange past the Provider's proxy.
 */

import { POOL, POOL_KEY } from '../../kube/google-pool.ts';
import { systemClock } from '../../observe/clock.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { HttpCaller } from '../send/http-caller.ts';
import { checkStatus } from '../send/post.ts';
import type { ServiceAccountIdentity } from './service-account.ts';
import type { AccessToken } from './token-cache.ts';

export interface GoogleExchange {
  readonly account: ServiceAccountIdentity;
  readonly http: HttpCaller;
  readonly scope: string;
  /** Of a cluster of Google's that has no annotation: what the tokens are for. @throws DeliveryError elsewhere. */
  gkeAudience(): Promise<Audience>;
}

export interface Audience {
  /** Of the ServiceAccount's token. */
  readonly subject: string;
  /** Of the exchange. */
  readonly exchange: string;
}

const STS = new URL('https://sts.googleapis.com/v1/token');
const IAM = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts';
const OAUTH = 'urn:ietf:params:oauth';
const TIMEOUT_MS = 15_000;

const EMAIL_KEY = 'iam.gke.io/gcp-service-account';
const EMAIL = /^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9-]{1,100}\.iam\.gserviceaccount\.com$/;

/** @throws DeliveryError */
export async function exchangeForGoogle(options: GoogleExchange): Promise<AccessToken> {
  const { account, http, scope } = options;
  const annotations = await account.annotations();
  const email = annotation(annotations, EMAIL_KEY, EMAIL);
  const pool = annotation(annotations, POOL_KEY, POOL);
  const audience = pool === '' ? await options.gkeAudience() : ofPool(pool);
  const form = new URLSearchParams({
    grant_type: `${OAUTH}:grant-type:token-exchange`,
    requested_token_type: `${OAUTH}:token-type:access_token`,
    subject_token_type: `${OAUTH}:token-type:jwt`,
    subject_token: await account.token(audience.subject),
    audience: audience.exchange,
    scope,
  });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const { access_token: token, expires_in: seconds } = await ask(http, { url: STS, headers, body: form.toString() });
  const federated = { token: String(token), expiresAtMs: systemClock.now() + Number(seconds) * 1_000 };
  return email === '' ? federated : impersonate(options, federated, email);
}

async function impersonate(
  { http, scope }: GoogleExchange,
  { token }: AccessToken,
  email: string,
): Promise<AccessToken> {
  const { accessToken, expireTime } = await ask(http, {
    url: new URL(`${IAM}/${email}:generateAccessToken`),
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ scope: [scope] }),
  });
  return { token: String(accessToken), expiresAtMs: Date.parse(String(expireTime)) };
}

function ofPool(pool: string): Audience {
  const name = `//iam.googleapis.com/${pool}`;
  return { subject: name, exchange: name };
}

function annotation(annotations: Readonly<Record<string, string>>, key: string, pattern: RegExp): string {
  const value = annotations[key] ?? '';
  if (value === '' || pattern.test(value)) return value;
  throw new DeliveryError('final', `invalid ${key} annotation of the service account: it must match ${pattern.source}`);
}

interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function ask(http: HttpCaller, question: Question): Promise<Record<string, unknown>> {
  const answer = await http.request({ method: 'POST', ...question }, AbortSignal.timeout(TIMEOUT_MS));
  // What Google says may quote the token.
  checkStatus({ ...answer, text: '' }, 'failed to get an access token of Google: status code');
  const value: unknown = parsed(answer.text);
  if (isJsonObject(value)) return value;
  throw new DeliveryError('passing', 'failed to get an access token of Google: the answer is not a JSON object');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
