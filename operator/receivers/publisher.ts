/** Publishes the routes of Receivers: compiles each with its Secret, and remembers what it made, so that the same again costs nothing. */
import { ReceiverError } from '../api/errors.ts';
import type { Receiver } from '../api/receiver/receiver.ts';
import { isForbidden } from '../kube/api-error.ts';
import { pathSegmentFault } from '../kube/path-segment.ts';
import type { Secrets } from '../kube/watch/secrets.ts';
import type { SecretData, WebhookType } from '../webhooks/webhook-type.ts';
import { type CompiledSpec, compileRoute, compileSpec, previousPath, routeIdentity } from './compile.ts';
import type { Outcome } from './desired-status.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './routes.ts';
import type { Targets } from './targets.ts';
import { isWebhookPath } from './webhook-path.ts';

export interface Publisher {
  /**
   * Serves the Receiver at its path, or not, and why not.
   * @throws ApiError, ConnectionError where its Secret cannot be read now: what was served before is served on.
   */
  publish(key: string, receiver: Receiver): Promise<Outcome>;
  /**
   * Keeps the paths that a Receiver had, and has by its Secret, so that they answer 503 rather than 404.
   * @throws ApiError, ConnectionError where its Secret cannot be read now.
   */
  publishUnavailable(key: string, receiver: Receiver): Promise<void>;
  /** The path of the `previousToken` of a Receiver, which is served, or unavailable, beside its own; undefined: it has none. */
  previousPathOf(key: string): string | undefined;
  /** Serves a Receiver no longer, and forgets all about it. */
  withdraw(key: string): void;
}

export interface PublisherOptions {
  readonly types: ReadonlyMap<string, WebhookType>;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly routes: RouteTable;
  readonly targets: Pick<Targets, 'prepare'>;
}

/** What was made of a Receiver. */
interface Published {
  readonly uid: string | undefined;
  readonly generation: number | undefined;
  readonly compiled: CompiledSpec;
  readonly secret: SecretData | undefined;
  readonly path: string;
}

interface State {
  readonly options: PublisherOptions;
  readonly published: Map<string, Published>;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const state: State = { options, published: new Map() };
  return {
    publish: (key, receiver) => publish(state, key, receiver),
    publishUnavailable: (key, receiver) => publishUnavailable(state, key, receiver),
    previousPathOf: options.routes.previousPathOf,
    withdraw(key) {
      withdraw(state, key);
      options.routes.forget(key);
    },
  };
}

async function publish(state: State, key: string, receiver: Receiver): Promise<Outcome> {
  try {
    return { path: await serve(state, key, receiver) };
  } catch (error) {
    if (!(error instanceof ReceiverError)) throw error;
    if (!error.terminal) withdraw(state, key);
    else if (error.code === 'PathCollision') state.published.delete(key);
    else await publishUnavailable(state, key, receiver);
    return { error };
  }
}

/** @returns the path at which the Receiver is now served. */
async function serve({ options, published }: State, key: string, receiver: Receiver): Promise<string> {
  const { types, secrets, routes, targets } = options;
  const { uid, generation } = receiver.metadata;
  const before = published.get(key);
  const same = before !== undefined && before.uid === uid && before.generation === generation;
  const compiled = same ? before.compiled : compileSpec(receiver, types);
  const secret = compiled.type.secret === 'required' ? await readSecret(secrets, receiver) : undefined;
  if (same && secret === before.secret) return before.path;
  const { path, route, previousPath } = compileRoute(receiver, compiled, secret);
  routes.publish(path, route, previousPath);
  targets.prepare(compiled.targets.entries);
  published.set(key, { uid, generation, compiled, secret, path });
  return path;
}

async function readSecret(secrets: PublisherOptions['secrets'], receiver: Receiver): Promise<SecretData | undefined> {
  const name = receiver.spec.secretRef?.name;
  if (name === undefined) return undefined;
  const fault = pathSegmentFault(name);
  if (fault !== undefined) {
    throw new ReceiverError('TokenNotFound', `spec.secretRef.name ${JSON.stringify(name)} ${fault}`);
  }
  try {
    return await secrets.get(receiver.metadata.namespace, name);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const secret = `${receiver.metadata.namespace}/${name}`;
    throw new ReceiverError('TokenNotFound', `Secret ${secret} may not be read by the operator`, { cause: error });
  }
}

async function publishUnavailable(state: State, key: string, receiver: Receiver): Promise<void> {
  const { options, published } = state;
  const { types, routes } = options;
  const path = published.get(key)?.path ?? receiver.status?.webhookPath;
  published.delete(key);
  if (!isWebhookPath(path)) {
    routes.withdraw(key);
    return;
  }
  const type = types.get(receiver.spec.type);
  const suspended = receiver.spec.suspend === true ? ({ suspended: true } as const) : {};
  const credential = type?.secret === 'required' ? ({ credential: 'token' } as const) : {};
  const route = { ...routeIdentity(receiver), type, serving: undefined, ...suspended, ...credential };
  const known = routes.previousPathOf(key);
  publishAt(routes, route, { path, previousPath: known });
  if (type?.secret === 'refused') return;
  // The status does not say it: after a start the Secret does.
  const previousPath = await readPreviousPath(options, receiver, known);
  if (previousPath !== known) publishAt(routes, route, { path, previousPath });
}

interface Paths {
  readonly path: string;
  readonly previousPath: string | undefined;
}

function publishAt(routes: RouteTable, route: Route, { path, previousPath }: Paths): void {
  try {
    routes.publish(path, route, previousPath);
  } catch (error) {
    if (!(error instanceof ReceiverError)) throw error;
  }
}

/** @param known what it was, as long as there is no Secret that may be read. */
async function readPreviousPath(
  { secrets }: PublisherOptions,
  receiver: Receiver,
  known: string | undefined,
): Promise<string | undefined> {
  try {
    const secret = await readSecret(secrets, receiver);
    return secret === undefined ? known : previousPath(receiver, secret);
  } catch (error) {
    if (!(error instanceof ReceiverError)) throw error;
    return known;
  }
}

function withdraw({ options, published }: State, key: string): void {
  published.delete(key);
  options.routes.withdraw(key);
}
