/**
 * Reconciles one BrokerReceiver: has its broker read as its spec says and, where this replica leads, writes its status and
 * Events. It holds no queue: what it throws is retried with back-off by the caller's.
 */
import {
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
  type BrokerReceiverStatus,
} from '../api/broker-receiver/broker-receiver.ts';
import { ReceiverError } from '../api/errors.ts';
import { REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { patchStatus } from '../kube/status.ts';
import { suspendedStatus } from '../kube/suspended-status.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { StatusAdditions } from '../platform/status-additions.ts';
import { type CompiledSource, compileSource } from './compile.ts';
import { desiredStatus, type Observed } from './desired-status.ts';
import type { SourceSample } from './metrics.ts';
import type { Reading } from './reading.ts';
import type { SourceType } from './source.ts';
import { regardingSource, sourceEvent } from './source-event.ts';

export interface Controller {
  /**
   * @param object as the API server has it now; undefined: it is gone.
   * @throws ApiError, ConnectionError: reconcile again later.
   */
  reconcile(key: string, object: BrokerReceiver | undefined): Promise<undefined>;
  /** A Secret (`namespace/name`) may have changed. */
  secretChanged(secret: string): void;
  /** A Receiver (`namespace/name`) may have changed. */
  receiverChanged(receiver: string): void;
  samples(): Iterable<SourceSample>;
  /** Receives nothing more, of any source. @returns how many sources could not give back what they held. */
  stop(): Promise<number>;
}

export interface ControllerOptions {
  /** Through which the leader writes. */
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** The registry. */
  readonly types: ReadonlyMap<string, SourceType>;
  readonly start: (object: BrokerReceiver, compiled: CompiledSource, onChange: () => void) => Reading;
  /** Has an object reconciled. */
  readonly enqueue: (key: string) => void;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly additions: Pick<StatusAdditions, 'merge'>;
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was made of one spec. */
interface Entry {
  readonly uid: string | undefined;
  readonly generation: number | undefined;
  readonly made: Made;
  readonly refersTo: { readonly secrets: ReadonlySet<string>; readonly receiver: string | undefined };
  /** The last request to connect again that was passed on. */
  request: string | undefined;
  /** What was logged last. */
  logged: string;
}

type Made = { readonly reading: Reading; readonly compiled: CompiledSource } | { readonly error: ReceiverError };

interface State {
  readonly options: ControllerOptions;
  readonly entries: Map<string, Entry>;
  /** Those that are coming to their end. */
  readonly ending: Set<Promise<boolean>>;
  stopped: boolean;
}

export function createController(options: ControllerOptions): Controller {
  const state: State = { options, entries: new Map(), ending: new Set(), stopped: false };
  const connections = (refers: (entry: Entry) => boolean) =>
    [...state.entries.values()].flatMap((entry) =>
      'reading' in entry.made && refers(entry) ? [entry.made.reading.connection] : [],
    );
  return {
    reconcile: (key, object) => reconcile(state, key, object),
    secretChanged(secret) {
      for (const each of connections(({ refersTo }) => refersTo.secrets.has(secret))) each.inputsChanged();
    },
    receiverChanged(receiver) {
      for (const each of connections(({ refersTo }) => refersTo.receiver === receiver)) each.inputsChanged();
    },
    samples: () =>
      [...state.entries.values()].flatMap(({ made }) => ('reading' in made ? [made.reading.sample()] : [])),
    async stop() {
      state.stopped = true;
      for (const key of [...state.entries.keys()]) end(state, key);
      const ended = await Promise.all(state.ending);
      return ended.filter((gaveBack) => !gaveBack).length;
    },
  };
}

async function reconcile(state: State, key: string, object: BrokerReceiver | undefined): Promise<undefined> {
  const { isLeader } = state.options;
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    end(state, key);
    return;
  }
  if (state.stopped) return;
  if (object.spec.suspend === true) {
    end(state, key);
    if (isLeader()) await write(state, object, suspendedStatus(object));
    return;
  }
  const entry = entryFor(state, key, object);
  passOnRequest(entry, object);
  const observed = observedOf(entry);
  logChange(state, entry, object, observed);
  if (!isLeader()) return;
  await writeObserved(state, object, observed);
}

async function writeObserved(state: State, object: BrokerReceiver, observed: Observed): Promise<void> {
  const { events, clock } = state.options;
  await write(state, object, desiredStatus(object, observed, clock.now()));
  const event = sourceEvent(object, observed);
  if (event !== undefined) events.record(regardingSource(object.metadata), event);
}

async function write({ options }: State, object: BrokerReceiver, status: BrokerReceiverStatus): Promise<void> {
  const { client, type, additions } = options;
  await patchStatus(client, type, object, await additions.merge(BROKER_RECEIVER_KIND, object, status));
}

function entryFor(state: State, key: string, object: BrokerReceiver): Entry {
  const { uid, generation, annotations } = object.metadata;
  const known = state.entries.get(key);
  if (known !== undefined && known.uid === uid && known.generation === generation) return known;
  end(state, key);
  const made = make(state, key, object);
  const request = annotations?.[REQUESTED_AT_ANNOTATION];
  const entry: Entry = { uid, generation, made, refersTo: referencesOf(object), request, logged: '' };
  state.entries.set(key, entry);
  return entry;
}

function make({ options }: State, key: string, object: BrokerReceiver): Made {
  try {
    const compiled = compileSource(object, options.types);
    return { compiled, reading: options.start(object, compiled, () => options.enqueue(key)) };
  } catch (error) {
    if (error instanceof ReceiverError) return { error };
    throw error;
  }
}

function referencesOf({ spec, metadata: { namespace } }: BrokerReceiver): Entry['refersTo'] {
  const secrets = [spec.secretRef, spec.certSecretRef].flatMap((ref) =>
    ref == null ? [] : `${namespace}/${ref.name}`,
  );
  const receiver = spec.receiverRef == null ? undefined : `${namespace}/${spec.receiverRef.name}`;
  return { secrets: new Set(secrets), receiver };
}

function end({ entries, ending }: State, key: string): void {
  const entry = entries.get(key);
  entries.delete(key);
  if (entry === undefined || !('reading' in entry.made)) return;
  const stopping = entry.made.reading.stop();
  ending.add(stopping);
  void stopping.finally(() => ending.delete(stopping));
}

function passOnRequest(entry: Entry, { metadata }: BrokerReceiver): void {
  const request = metadata.annotations?.[REQUESTED_AT_ANNOTATION];
  if (request === undefined || request === entry.request) return;
  entry.request = request;
  if ('reading' in entry.made) entry.made.reading.connection.reconnect(request);
}

function observedOf({ made }: Entry): Observed {
  if ('error' in made) return { error: made.error };
  const { state, handledRequest } = made.reading.connection;
  return { state, handledRequest, title: made.compiled.title };
}

/** One line for each change, of every replica: each has a connection of its own. */
function logChange({ options }: State, entry: Entry, { metadata }: BrokerReceiver, observed: Observed): void {
  const logged = JSON.stringify('error' in observed ? observed.error.message : observed.state);
  if (logged === entry.logged) return;
  entry.logged = logged;
  const { log } = options;
  const about = { controller: 'brokerreceiver', namespace: metadata.namespace, name: metadata.name };
  if ('error' in observed) {
    log.error({ ...about, reason: observed.error.code, error: observed.error.message }, 'BrokerReceiver is stalled');
  } else if (observed.state.kind === 'failed') {
    log.error(
      { ...about, reason: observed.state.code, error: observed.state.message },
      'broker cannot be read: retrying',
    );
  } else if (observed.state.kind === 'reading') {
    log.info({ ...about, source: observed.title, notes: observed.state.notes }, 'reading a broker');
  }
}
