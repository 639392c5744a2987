/**
 * The Secrets that Receivers name: read when asked for, kept until they change. A metadata-only watch tells of changes,
 * so that the operator holds the data of those that are used and of all others a resourceVersion only.
 */

import type { Logger } from '../../observe/log.ts';
import { isForbidden, isNotFound } from '../api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../kube-client.ts';
import { resourcePath } from '../resource-path.ts';
import { createInformer, type Informer, type InformerEvent } from './informer.ts';

/** The decoded values of a Secret by their keys, byte for byte. */
export type SecretData = Readonly<Record<string, Buffer>>;

export interface Secrets {
  start(): void;
  stop(): Promise<void>;
  /** True once the watch has seen every Secret, and also when it is forbidden to watch them: reading may begin. */
  readonly hasSynced: boolean;
  /** Done when `hasSynced`. */
  whenSynced(): Promise<void>;
  /**
   * The data of the Secret, undefined when there is no such Secret. Without a request while the watch says that it is
   * as it was.
   * @throws ApiError, ConnectionError
   */
  get(namespace: string, name: string): Promise<SecretData | undefined>;
  /** Calls `onChange` when a watched Secret (`namespace/name`) came, changed or went, or may have while nothing watched. */
  subscribe(onChange: (key: string) => void): void;
}

export interface SecretsOptions {
  readonly client: KubeClient;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Only Secrets with these labels are watched; the others are read each time. Absent: all but Helm's releases. */
  readonly labelSelector?: string;
  readonly log: Logger;
}

/** What the watch keeps of a Secret. */
interface WatchedSecret {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface Read {
  readonly resourceVersion: string | undefined;
  readonly data: SecretData | undefined;
}

interface State {
  readonly options: SecretsOptions;
  readonly subscribers: ((key: string) => void)[];
  readonly informer: Informer<WatchedSecret>;
  /** What was read, good for as long as the watch names the same resourceVersion. */
  readonly cache: Map<string, Read>;
  /** Reads under way that a later caller may share, because nothing changed since they began. */
  readonly reading: Map<string, Promise<Read>>;
  /** Read before the watch stood: may have changed unseen. */
  readonly readUnwatched: Set<string>;
  /** The API server refuses the watch. */
  forbidden: boolean;
  readonly usable: PromiseWithResolvers<void>;
}

const SECRETS: ResourceType = { apiVersion: 'v1', plural: 'secrets', namespaced: true };
/** Helm keeps each release in a Secret: many, large, and never a Receiver's. */
const NO_HELM_RELEASES = 'type!=helm.sh/release.v1';

export function createSecrets(options: SecretsOptions): Secrets {
  const state: State = {
    options,
    subscribers: [],
    informer: createSecretInformer(options, {
      onEvent: (event) => onEvent(state, event),
      onError: (error) => onError(state, error),
    }),
    cache: new Map(),
    reading: new Map(),
    readUnwatched: new Set(),
    forbidden: false,
    usable: Promise.withResolvers(),
  };
  return {
    start() {
      state.informer.start();
      void state.informer.whenSynced().then(() => onSynced(state));
    },
    stop: () => state.informer.stop(),
    get hasSynced() {
      return state.informer.hasSynced || state.forbidden;
    },
    whenSynced: () => state.usable.promise,
    get: async (namespace, name) => (await read(state, namespace, name)).data,
    subscribe: (onChange) => void state.subscribers.push(onChange),
  };
}

function createSecretInformer(
  { client, namespace, labelSelector, log }: SecretsOptions,
  handlers: { onEvent(event: InformerEvent<WatchedSecret>): void; onError(error: unknown): void },
): Informer<WatchedSecret> {
  return createInformer<WatchedSecret>({
    client,
    type: SECRETS,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? { fieldSelector: NO_HELM_RELEASES } : { labelSelector }),
    metadataOnly: true,
    project: projected,
    log,
    ...handlers,
  });
}

/** Of tens of thousands of Secrets nothing may stay but this. */
function projected({ metadata }: KubeObject): WatchedSecret {
  const { name, namespace, resourceVersion } = metadata;
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

function onEvent(state: State, event: InformerEvent<WatchedSecret>): void {
  state.forbidden = false;
  state.cache.delete(event.key);
  // Whoever asks from now on must not get the answer to a question put before the change.
  state.reading.delete(event.key);
  // Nobody read a Secret of the first list under the watch, so there is nobody to tell.
  if (event.type === 'deleted' || !event.initial) notify(state, event.key);
}

function notify(state: State, key: string): void {
  for (const onChange of state.subscribers) onChange(key);
}

function onSynced(state: State): void {
  state.forbidden = false;
  state.usable.resolve();
  const unwatched = [...state.readUnwatched];
  state.readUnwatched.clear();
  for (const key of unwatched) notify(state, key);
}

function onError(state: State, error: unknown): void {
  if (!isForbidden(error) || state.forbidden) return;
  state.forbidden = true;
  state.cache.clear();
  state.options.log.warn({ error }, 'watching Secrets is forbidden: each is read when it is needed');
  state.usable.resolve();
}

async function read(state: State, namespace: string, name: string): Promise<Read> {
  const key = `${namespace}/${name}`;
  if (!state.informer.hasSynced) state.readUnwatched.add(key);
  const version = watchedVersion(state, key);
  if (version === undefined) return readLive(state.options.client, namespace, name);
  const cached = state.cache.get(key);
  if (cached !== undefined && cached.resourceVersion === version) return cached;
  const underWay = state.reading.get(key);
  if (underWay !== undefined) return underWay;
  const reading = readLive(state.options.client, namespace, name);
  state.reading.set(key, reading);
  try {
    const answer = await reading;
    // Equal versions only: an older answer is out of date, and a newer one has its change event still to come.
    if (answer.resourceVersion !== undefined && answer.resourceVersion === watchedVersion(state, key)) {
      state.cache.set(key, answer);
    }
    return answer;
  } finally {
    if (state.reading.get(key) === reading) state.reading.delete(key);
  }
}

/** The resourceVersion by the watch; undefined when the watch does not stand or does not know the Secret. */
function watchedVersion(state: State, key: string): string | undefined {
  if (state.forbidden || !state.informer.hasSynced) return undefined;
  return state.informer.get(key)?.metadata.resourceVersion;
}

async function readLive(client: KubeClient, namespace: string, name: string): Promise<Read> {
  try {
    const secret = await client.request<Secret>({ method: 'GET', path: resourcePath(SECRETS, { namespace, name }) });
    return { resourceVersion: secret.metadata.resourceVersion, data: decoded(secret.data) };
  } catch (error) {
    if (isNotFound(error)) return { resourceVersion: undefined, data: undefined };
    throw error;
  }
}

/** Without a prototype, so that a key is there only if the Secret has it. */
function decoded(data: Readonly<Record<string, string>> = {}): SecretData {
  const decodedData: Record<string, Buffer> = Object.create(null);
  for (const [key, value] of Object.entries(data)) decodedData[key] = ownBytes(Buffer.from(value, 'base64'));
  return decodedData;
}

/** In memory of their own: in Node's pool a token would keep 64 KiB of what else was made in that moment. */
function ownBytes(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
