/** Keeps one notifier a Provider, and makes it anew when the Provider or a Secret of it has changed. */

import { parseGoDuration } from '../api/go-duration.ts';
import type { Provider } from '../api/provider/provider.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Notifier, ProviderType } from './provider-type.ts';
import { type ReadSecret, resolveProvider, type SecretData, type SettingsOptions } from './settings.ts';

/** A Provider that is ready to be sent to. */
export interface Prepared {
  readonly type: ProviderType;
  readonly notifier: Notifier;
  /** The texts that no error may show. */
  readonly secrets: readonly string[];
  /** Of one attempt. */
  readonly timeoutMs: number;
}

export interface Notifiers {
  /** @throws DeliveryError final for a Provider that cannot work; what the API server's absence throws passes. */
  for(provider: Provider): Promise<Prepared>;
  /** Ends what the Provider's notifier holds open. */
  forget(key: string): void;
  /** The `namespace/name` of the Providers whose notifiers were made from this Secret. */
  usersOf(secretKey: string): readonly string[];
  stop(): Promise<void>;
}

export interface NotifiersOptions {
  readonly types: ReadonlyMap<string, ProviderType>;
  readonly secret: ReadSecret;
  readonly allowLinkLocal: boolean;
  /** Told, when a notifier is made, of what works and should be changed. */
  readonly warn?: (provider: Provider, message: string) => void;
  readonly tokens: SettingsOptions['tokens'];
  readonly workloadIdentity?: SettingsOptions['workloadIdentity'];
  readonly httpCaller?: SettingsOptions['httpCaller'];
}

interface Kept {
  readonly provider: Provider;
  /** The Secrets that it was made from. */
  readonly secrets: ReadonlyMap<string, SecretData | undefined>;
  readonly prepared: Promise<Prepared>;
  close(): Promise<void>;
}

interface State {
  readonly options: NotifiersOptions;
  readonly kept: Map<string, Kept>;
}

const DEFAULT_TIMEOUT_MS = 15_000;
/** What a timer can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export function createNotifiers(options: NotifiersOptions): Notifiers {
  const state: State = { options, kept: new Map() };
  return {
    async for(provider) {
      const key = `${provider.metadata.namespace}/${provider.metadata.name}`;
      const known = state.kept.get(key);
      if (known !== undefined && (await isCurrent(state, known, provider))) return known.prepared;
      // Somebody else may have made it anew meanwhile.
      const newest = state.kept.get(key);
      if (newest !== undefined && newest !== known && newest.provider === provider) return newest.prepared;
      forget(state, key);
      const made = make(state, provider);
      state.kept.set(key, made);
      made.prepared.catch(() => {
        if (state.kept.get(key) === made) forget(state, key);
      });
      return made.prepared;
    },
    forget: (key) => forget(state, key),
    usersOf: (secretKey) => [...state.kept].filter(([, { secrets }]) => secrets.has(secretKey)).map(([key]) => key),
    async stop() {
      const ending = [...state.kept.values()].map((each) => each.close());
      state.kept.clear();
      await Promise.allSettled(ending);
    },
  };
}

function forget({ kept }: State, key: string): void {
  const known = kept.get(key);
  kept.delete(key);
  // Attempts under way end first; what fails to end is gone all the same.
  known?.close().catch(() => {});
}

async function isCurrent({ options }: State, { provider, secrets }: Kept, asked: Provider): Promise<boolean> {
  if (provider !== asked && provider.spec !== asked.spec) return false;
  for (const [key, data] of secrets) {
    const [namespace = '', name = ''] = key.split('/');
    if (!isSame(data, await options.secret(namespace, name))) return false;
  }
  return true;
}

/** A Secret that is not watched is read anew each time. */
function isSame(one: SecretData | undefined, other: SecretData | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => other[key] !== undefined && one[key]?.equals(other[key]) === true)
  );
}

function make(state: State, provider: Provider): Kept {
  const secrets = new Map<string, SecretData | undefined>();
  const opened: { close?(): Promise<void> }[] = [];
  let closing: Promise<void> | undefined;
  const secret: ReadSecret = async (namespace, name) => {
    const data = await state.options.secret(namespace, name);
    secrets.set(`${namespace}/${name}`, data);
    return data;
  };
  const prepared = prepare(state, { provider, secret, opened });
  async function close(): Promise<void> {
    // What it is still opening is closed too.
    await prepared.catch(() => {});
    await Promise.all(opened.map((each) => each.close?.()));
  }
  return {
    provider,
    secrets,
    prepared,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

interface Making {
  readonly provider: Provider;
  readonly secret: ReadSecret;
  /** Gets what is to be closed one day. */
  readonly opened: { close?(): Promise<void> }[];
}

async function prepare({ options }: State, { provider, secret, opened }: Making): Promise<Prepared> {
  const { spec, metadata } = provider;
  const { types, allowLinkLocal, httpCaller, tokens, workloadIdentity } = options;
  const where = `failed to initialize notifier for provider '${metadata.name}'`;
  const type = types.get(spec.type);
  if (type === undefined) {
    throw new DeliveryError('final', `${where}: failed to initialize notifier: provider not supported`);
  }
  const isCommitStatus = type.purpose === 'commit status';
  const warn = (message: string) => options.warn?.(provider, message);
  const { settings, secrets } = await withPrefix(where, () =>
    resolveProvider(provider, { secret, isCommitStatus, allowLinkLocal, warn, httpCaller, tokens, workloadIdentity }),
  );
  opened.push(settings.http, settings.tokens);
  const deprecated = type.deprecation?.(settings);
  if (deprecated !== undefined) warn(deprecated);
  const notifier = await withPrefix(`${where}: failed to initialize notifier`, async () => type.prepare(settings));
  opened.push(notifier);
  return { type, notifier, secrets, timeoutMs: timeoutOf(spec.timeout) };
}

/** A fault of a Provider's spec has the words in front that Flux's users search for. */
async function withPrefix<T>(prefix: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new DeliveryError(error.verdict, `${prefix}: ${error.message}`, { cause: error });
  }
}

function timeoutOf(text: string | undefined): number {
  const ms = text === undefined ? undefined : parseGoDuration(text);
  return ms === undefined || ms <= 0 ? DEFAULT_TIMEOUT_MS : Math.min(ms, MAX_TIMEOUT_MS);
}
