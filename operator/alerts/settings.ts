/** From a Provider and its Secrets to the settings that its type needs (contract, *Secrets and connection*). */
import type { Provider } from '../api/provider/provider.ts';
import type { ServiceAccountIdentity, ServiceAccounts } from './cloud/service-account.ts';
import type { TokenCache } from './cloud/token-cache.ts';
import { DeliveryError } from './delivery-error.ts';
import { checkInstallation } from './git/github-app.ts';
import type { ProviderSettings } from './provider-type.ts';
import { secretHeaders } from './secret-headers.ts';
import { createHttpCaller, type HttpCaller, type HttpCallerOptions } from './send/http-caller.ts';
import { proxyOf } from './send/proxy-of.ts';
import { tlsOf } from './send/tls-of.ts';

/** The data of a Secret by their keys; undefined: there is none. */
export type ReadSecret = (namespace: string, name: string) => Promise<SecretData | undefined>;
export type SecretData = Readonly<Record<string, Buffer>>;

export interface SettingsOptions {
  readonly secret: ReadSecret;
  /** The types that read a certificate from `secretRef`'s Secret where `certSecretRef` is absent. */
  readonly isCommitStatus: boolean;
  /** With `--alert-allow-link-local`. */
  readonly allowLinkLocal: boolean;
  /** Told of what works and should be changed. */
  readonly warn?: (message: string) => void;
  readonly tokens: TokenCache;
  /** Undefined: there are no ServiceAccounts. */
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  /** In place of {@link createHttpCaller}: some share connections, and tests stand for services whose addresses are fixed. */
  readonly httpCaller?: ((options: HttpCallerOptions) => HttpCaller) | undefined;
}

/** How Providers without credentials get an identity. */
export interface WorkloadIdentity {
  readonly serviceAccounts: ServiceAccounts;
  /** With `--default-service-account`; empty: none. */
  readonly defaultServiceAccount: string;
}

/** What a Provider comes down to, and what of it must never be shown. */
export interface ResolvedProvider {
  readonly settings: ProviderSettings;
  readonly secrets: readonly string[];
}

/** Editors put it there, and no header or login takes it. */
const LINE_END = /[\r\n]+$/;
const MAX_ADDRESS_BYTES = 2_048;
const NO_DATA: SecretData = Object.freeze({});

/** @throws DeliveryError final for what cannot work; whatever the API server's absence throws, which passes. */
export async function resolveProvider(provider: Provider, options: SettingsOptions): Promise<ResolvedProvider> {
  const { metadata, spec } = provider;
  const { namespace, name, uid = '' } = metadata;
  const { httpCaller = createHttpCaller } = options;
  const read = async (ref: { name: string } | undefined) => {
    if (ref === undefined) return undefined;
    const data = await options.secret(namespace, ref.name);
    if (data !== undefined) return data;
    const message = `failed to get secret '${namespace}/${ref.name}': secrets ${JSON.stringify(ref.name)} not found`;
    throw new DeliveryError('final', message);
  };
  const [secret = NO_DATA, cert, proxy] = await Promise.all(
    [spec.secretRef, spec.certSecretRef, spec.proxySecretRef].map(read),
  );
  const tls = tlsOf({
    namespace,
    certName: spec.certSecretRef?.name,
    cert,
    own: options.isCommitStatus ? secret : undefined,
    warn: options.warn ?? (() => {}),
  });
  if (options.isCommitStatus && cert === undefined) {
    checkInstallation(secret, `secret '${namespace}/${spec.secretRef?.name}'`);
  }
  const ofProxy = proxyOf(spec, secret, proxy);
  const { allowLinkLocal } = options;
  const settings: ProviderSettings = {
    namespace,
    name,
    uid,
    address: addressOf(provider, secret),
    channel: spec.channel ?? '',
    ...credentialsOf(provider, secret),
    token: textOf(secret, 'token').replace(LINE_END, ''),
    secret,
    headers: await secretHeaders(textOf(secret, 'headers')),
    http: httpCaller({ tls, proxy: ofProxy, allowLinkLocal }),
    tls,
    proxy: ofProxy,
    allowLinkLocal,
    serviceAccountName: spec.serviceAccountName ?? '',
    serviceAccount: serviceAccountOf(provider, options.workloadIdentity),
    tokens: options.tokens.of({ namespace, name }),
  };
  return { settings, secrets: secretTexts([secret, proxy ?? NO_DATA], settings) };
}

function textOf(data: SecretData, key: string): string {
  return data[key]?.toString('utf8') ?? '';
}

function serviceAccountOf(
  { spec, metadata }: Provider,
  identity: WorkloadIdentity | undefined,
): ServiceAccountIdentity | undefined {
  const name = spec.serviceAccountName || identity?.defaultServiceAccount || '';
  return name === '' ? undefined : identity?.serviceAccounts(metadata.namespace, name);
}

function addressOf({ spec }: Provider, secret: SecretData): string {
  if (secret.address === undefined) return spec.address ?? '';
  const address = textOf(secret, 'address').trim();
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES) {
    throw new DeliveryError('final', `the Secret's address is longer than ${MAX_ADDRESS_BYTES} bytes`);
  }
  return address;
}

/** `username` of the Secret replaces the spec's; a password may come with either. */
function credentialsOf(
  { spec }: Provider,
  secret: SecretData,
): { readonly username: string; readonly password: string } {
  const username = secret.username === undefined ? (spec.username ?? '') : textOf(secret, 'username');
  return { username: username.replace(LINE_END, ''), password: textOf(secret, 'password').replace(LINE_END, '') };
}

/** Shorter names are words such as `flux`, which would be hidden wherever they stand. */
const SHORTEST_USERNAME = 8;

/** Whatever Secrets hold, each header, the logins that are made of it, and the address wherever it came from. */
function secretTexts(secrets: readonly SecretData[], { token, address, headers }: ProviderSettings): readonly string[] {
  const texts = secrets.flatMap((data) =>
    Object.entries(data)
      .filter(([key]) => key !== 'ca.crt')
      .map(textIn),
  );
  const ofHeaders = [...headers.values()].flatMap((value) => [value, withoutScheme(value)]);
  return [...texts, ...secrets.flatMap(loginsOf), ...ofHeaders, token, address].filter((text) => text !== '');
}

function textIn([key, value]: [string, Buffer]): string {
  const text = value.toString('utf8').trim();
  return key === 'username' && text.length < SHORTEST_USERNAME ? '' : text;
}

/** As they are sent for Basic authentication. */
function loginsOf(data: SecretData): readonly string[] {
  const text = (key: string) => textOf(data, key).trim();
  const [token, username] = [text('token'), text('username')];
  const logins = [token, `:${token}`, `${username}:${text('password')}`, `${username}:${token}`];
  return logins.map((login) => Buffer.from(login).toString('base64'));
}

/** Of `Bearer abc`, what a service may repeat alone. */
function withoutScheme(header: string): string {
  return header.slice(header.indexOf(' ') + 1).trim();
}
