/** Gets access tokens of Google Cloud: by the JSON of a Secret, by a ServiceAccount, or as the operator itself. */

import type { AuthClient } from 'google-auth-library';
import { POOL_KEY } from '../../kube/google-pool.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import { fetchBy } from './fetch-by.ts';
import { type Audience, exchangeForGoogle } from './google-exchange.ts';
import type { AccessToken, KeptToken } from './token-cache.ts';

type Client = typeof import('../clients/google-auth.ts');

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** @throws DeliveryError final for a Secret that has no usable credentials. */
export async function googleAccess(settings: ProviderSettings): Promise<KeptToken> {
  const { token, serviceAccount: account, tokens, http } = settings;
  const { GoogleAuth, gcpMetadata, JWT, UserRefreshClient } = await import('../clients/google-auth.ts');
  if (token !== '') {
    const client = fromJson(settings, { JWT, UserRefreshClient });
    return tokens.keep(() => tokenOf(async () => client));
  }
  if (account === undefined) {
    return tokens.keep(() => tokenOf(() => new GoogleAuth({ scopes: SCOPE }).getClient()));
  }
  const gkeAudience = () => audienceOfGke(gcpMetadata);
  return tokens.keep(() => exchangeForGoogle({ account, http, scope: SCOPE, gkeAudience }));
}

/** Other types of JSON have files read and addresses called that whoever wrote the Secret chooses. */
function fromJson(
  { token, http }: ProviderSettings,
  { JWT, UserRefreshClient }: Pick<Client, 'JWT' | 'UserRefreshClient'>,
): AuthClient {
  const json = parsed(token);
  const text = (key: string) => {
    const value = json[key];
    if (typeof value === 'string' && value !== '') return value;
    throw fault(`lacks ${key} of Google's JSON credentials`);
  };
  const transporterOptions = { fetchImplementation: fetchBy(http) };
  if (json.type === 'service_account') {
    return new JWT({ email: text('client_email'), key: text('private_key'), scopes: SCOPE, transporterOptions });
  }
  if (json.type !== 'authorized_user') {
    throw fault("must be Google's JSON credentials of type service_account or authorized_user");
  }
  const [clientId, clientSecret, refreshToken] = [text('client_id'), text('client_secret'), text('refresh_token')];
  return new UserRefreshClient({ clientId, clientSecret, refreshToken, transporterOptions });
}

function parsed(token: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(token);
  } catch {
    throw fault('is not JSON');
  }
  if (isJsonObject(value)) return value;
  throw fault('is not a JSON object');
}

function fault(what: string): DeliveryError {
  return new DeliveryError('final', `the Secret's key 'token' ${what}`);
}

/** Of the cluster that this runs in, where that is one of Google's. */
async function audienceOfGke(gcpMetadata: Client['gcpMetadata']): Promise<Audience> {
  if (!(await gcpMetadata.isAvailable())) {
    throw new DeliveryError('final', `outside of GKE the service account needs the annotation ${POOL_KEY}`);
  }
  const [project, location, name] = await Promise.all([
    gcpMetadata.project('project-id'),
    gcpMetadata.instance('attributes/cluster-location'),
    gcpMetadata.instance('attributes/cluster-name'),
  ]);
  const subject = `${project}.svc.id.goog`;
  const cluster = `https://container.googleapis.com/v1/projects/${project}/locations/${location}/clusters/${name}`;
  return { subject, exchange: `identitynamespace:${subject}:${cluster}` };
}

/** @throws DeliveryError without the library's message, which quotes requests. */
async function tokenOf(clientOf: () => Promise<AuthClient>): Promise<AccessToken> {
  try {
    const client = await clientOf();
    const { token } = await client.getAccessToken();
    if (!token) throw new DeliveryError('passing', 'Google gave no access token');
    return { token, expiresAtMs: client.credentials.expiry_date ?? 0 };
  } catch (error) {
    throw deliveryError(error);
  }
}

function deliveryError(error: unknown): DeliveryError {
  const own = ownError(error);
  if (own !== undefined) return own;
  const status = Number((error as { status?: unknown } | null)?.status);
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const said = Number.isNaN(status) ? '' : `: status code ${status}`;
  return new DeliveryError(isFinal ? 'final' : 'passing', `failed to get an access token of Google${said}`);
}

function ownError(error: unknown): DeliveryError | undefined {
  if (error instanceof DeliveryError) return error;
  return error instanceof Error && error.cause !== undefined ? ownError(error.cause) : undefined;
}
