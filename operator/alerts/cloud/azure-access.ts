/**
 * Gets access tokens of Microsoft Entra: by a ServiceAccount or as the operator itself. The exchange is one request, which goes
 * through the Provider's proxy, as the library's would not.
 */
import type { TokenCredential } from '@azure/identity';
import { systemClock } from '../../observe/clock.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';
import { checkStatus } from '../send/post.ts';
import type { ServiceAccountIdentity } from './service-account.ts';
import type { AccessToken, KeptToken } from './token-cache.ts';

const DEFAULT_AUTHORITY = 'https://login.microsoftonline.com';
const AUDIENCE = 'api://AzureADTokenExchange';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const [CLIENT_KEY, TENANT_KEY] = ['azure.workload.identity/client-id', 'azure.workload.identity/tenant-id'];
const ID = /^[0-9A-Za-z][0-9A-Za-z.-]{0,99}$/;
const TIMEOUT_MS = 15_000;

/** The cloud's, by `AZURE_AUTHORITY_HOST`. */
export function azureAuthority(): URL {
  return URL.parse(process.env.AZURE_AUTHORITY_HOST ?? '') ?? new URL(DEFAULT_AUTHORITY);
}

/** @param scope `…/.default` of what is to be called. */
export function azureAccess(settings: ProviderSettings, scope: string): KeptToken {
  const { serviceAccount, tokens } = settings;
  if (serviceAccount !== undefined) {
    return tokens.keep(() => exchange(settings, serviceAccount, scope));
  }
  let credential: Promise<TokenCredential> | undefined;
  return tokens.keep(async () => {
    credential ??= ownCredential();
    return ownToken(await credential, scope);
  });
}

async function exchange(
  { http }: ProviderSettings,
  account: ServiceAccountIdentity,
  scope: string,
): Promise<AccessToken> {
  const annotations = await account.annotations();
  const [client, tenant] = [idOf(annotations, CLIENT_KEY), idOf(annotations, TENANT_KEY)];
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await account.token(AUDIENCE),
    scope,
  });
  const url = new URL(`/${tenant}/oauth2/v2.0/token`, azureAuthority());
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const request = { method: 'POST', url, headers, body: form.toString() } as const;
  const answer = await http.request(request, AbortSignal.timeout(TIMEOUT_MS));
  checkStatus({ ...answer, text: '' }, 'failed to get an access token of Azure: status code');
  return tokenIn(answer.text);
}

function idOf(annotations: Readonly<Record<string, string>>, key: string): string {
  const value = annotations[key] ?? '';
  if (ID.test(value)) return value;
  throw new DeliveryError('final', `the service account needs the annotation ${key}`);
}

function tokenIn(text: string): AccessToken {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value) || typeof value.access_token !== 'string') {
    throw new DeliveryError('passing', 'failed to get an access token of Azure: the answer has none');
  }
  return { token: value.access_token, expiresAtMs: systemClock.now() + Number(value.expires_in) * 1_000 };
}

/** By the environment, by the ServiceAccount of the operator's own pod, or by the machine. */
async function ownCredential(): Promise<TokenCredential> {
  const azure = await import('../clients/azure-identity.ts');
  const { AZURE_CLIENT_ID: clientId = '', AZURE_FEDERATED_TOKEN_FILE: file = '' } = process.env;
  const managed =
    clientId === '' ? new azure.ManagedIdentityCredential() : new azure.ManagedIdentityCredential({ clientId });
  const credentials: TokenCredential[] = [new azure.EnvironmentCredential()];
  if (file !== '') credentials.push(new azure.WorkloadIdentityCredential());
  return new azure.ChainedTokenCredential(...credentials, managed);
}

/** @throws DeliveryError without the library's message, which names addresses. */
async function ownToken(credential: TokenCredential, scope: string): Promise<AccessToken> {
  try {
    const token = await credential.getToken(scope);
    if (token !== null) return { token: token.token, expiresAtMs: token.expiresOnTimestamp };
  } catch (error) {
    const message = 'failed to get an access token of Azure: the operator has no identity there';
    throw new DeliveryError('passing', message, { cause: error });
  }
  throw new DeliveryError('passing', 'Azure gave no access token');
}
