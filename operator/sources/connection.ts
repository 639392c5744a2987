/**
 * Keeps one BrokerReceiver reading: connects, receives, connects again after a fault or when what the connection was made
 * from has changed, and gives back what it holds when it ends.
 */
import { isDeepStrictEqual } from 'node:util';
import { ApiError, ConnectionError } from '../kube/api-error.ts';
import { pause, type Sleeper } from '../kube/pause.ts';
import { connectDelayMs } from './delays.ts';
import { areSameInputs, type Inputs, ReceiversLoadingError } from './inputs.ts';
import { type Opened, type OpenReaderOptions, openReader } from './open-reader.ts';
import type { Reader } from './reader.ts';
import { SourceError, type SourceErrorCode } from './source-error.ts';
import { within } from './within.ts';

/** How the connection is. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  /** `notes`: what of the broker's settings a user should know. */
  | { readonly kind: 'reading'; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly code: SourceErrorCode; readonly message: string };

export interface Connection {
  readonly state: ConnectionState;
  /** Of the requests to connect again, the last one that an attempt has answered. */
  readonly handledRequest: string | undefined;
  /** What is open, the newest last. */
  readers(): readonly Reader[];
  /** Connects again at once, and says so in `handledRequest`. */
  reconnect(request: string): void;
  /** A Secret, a ServiceAccount or the Receiver may have changed: connects again if one has. */
  inputsChanged(): void;
  /**
   * Receives nothing more, and gives back what is held. Done when the broker knows, or after 23 s.
   * @returns whether the broker knows.
   */
  stop(): Promise<boolean>;
}

export interface ConnectionOptions extends OpenReaderOptions {
  /** @throws SourceError and others, as `readInputs`. */
  readonly inputs: () => Promise<Inputs>;
  /** How often the broker's settings are read again. */
  readonly inspectEveryMs: number;
  /** The last request to connect again, as it was when this was made. */
  readonly request: string | undefined;
  readonly random: () => number;
  /** `state` or `handledRequest` is another one. */
  readonly onChange: () => void;
  /** A call to the broker failed; `error` is what it threw. */
  readonly onError: (code: SourceErrorCode | 'unexpected', error: unknown) => void;
  readonly onReceived: (count: number) => void;
}

interface State extends Sleeper {
  readonly options: ConnectionOptions;
  state: ConnectionState;
  handledRequest: string | undefined;
  request: string | undefined;
  /** What the last attempt was made from; undefined: it could not be read. */
  tried: Inputs | undefined;
  current: Opened | undefined;
  /** Those that receive nothing more, until what they hold has come to its end. */
  readonly retired: Set<Reader>;
  /** Settled when the next attempt is to begin at once. */
  turned: PromiseWithResolvers<undefined>;
  failures: number;
  stopping: Promise<boolean> | undefined;
}

/** A broker that was found, and does not refuse a receive at once, serves it. */
const SERVES_MS = 1_000;
/** ServiceAccounts may only be read one by one: nothing watches them. */
const ACCOUNT_EVERY_MS = 10_000;
/** A long poll, and the answers to the broker after it. */
const STOP_MS = 23_000;
/** An empty answer that comes sooner is followed by a pause. */
const SOON_MS = 100;
const EMPTY_MS = 1_000;

export function createConnection(options: ConnectionOptions): Connection {
  const { clock } = options;
  const state: State = {
    options,
    clock,
    wake: undefined,
    state: { kind: 'connecting' },
    handledRequest: undefined,
    request: options.request,
    tried: undefined,
    current: undefined,
    retired: new Set(),
    turned: Promise.withResolvers(),
    failures: 0,
    stopping: undefined,
  };
  const timers = [
    clock.setInterval(() => {
      if (state.tried?.identity.kind === 'service-account') void inputsChanged(state);
    }, ACCOUNT_EVERY_MS),
    clock.setInterval(() => {
      void inspectAgain(state);
      // Of Secrets that are not watched nobody tells.
      void inputsChanged(state);
    }, options.inspectEveryMs),
  ];
  void run(state);
  return {
    get state() {
      return state.state;
    },
    get handledRequest() {
      return state.handledRequest;
    },
    readers: () => readersOf(state),
    reconnect(request) {
      state.request = request;
      turn(state, 'drain');
    },
    inputsChanged: () => void inputsChanged(state),
    stop() {
      for (const timer of timers) timer.cancel();
      state.stopping ??= stop(state);
      return state.stopping;
    },
  };
}

async function run(state: State): Promise<void> {
  while (state.stopping === undefined) {
    const { turned } = state;
    const opened = await Promise.race([connect(state, turned), turned.promise]);
    if (opened !== undefined) await readOn(state, opened);
    if (state.turned !== turned || state.stopping !== undefined) continue;
    await pause(state, connectDelayMs(state.failures, state.options.random));
  }
}

/** @returns undefined where that failed, or is not wanted any more. */
async function connect(state: State, turned: State['turned']): Promise<Opened | undefined> {
  const { request } = state;
  let opened: Opened | undefined;
  let failure: unknown;
  try {
    opened = await open(state, turned);
  } catch (error) {
    failure = error;
  }
  if (state.turned !== turned || state.stopping !== undefined) {
    await opened?.reader.release();
    return undefined;
  }
  if (opened === undefined) fail(state, failure, request);
  else {
    state.current = opened;
    change(state, { handledRequest: request });
  }
  return opened;
}

async function open(state: State, turned: State['turned']): Promise<Opened> {
  state.tried = undefined;
  const inputs = await state.options.inputs();
  if (state.turned === turned) state.tried = inputs;
  return await openReader(state.options, inputs);
}

/** Receives until the source is of no use, or another attempt is to be made. */
async function readOn(state: State, opened: Opened): Promise<void> {
  const { clock } = state.options;
  const { reader } = opened;
  const serves = clock.setTimeout(() => showReading(state, opened), SERVES_MS);
  while (state.current === opened) {
    try {
      const pauseMs = await Promise.race([receive(state, reader), state.turned.promise]);
      if (state.current !== opened) break;
      answered(state, opened);
      if (pauseMs !== undefined) await pause(state, pauseMs);
    } catch (error) {
      serves.cancel();
      if (state.current !== opened) break;
      fail(state, error, state.handledRequest);
      await afterFailure(state, reader);
    }
  }
  serves.cancel();
}

async function afterFailure(state: State, { source, isStuck }: Reader): Promise<void> {
  if (source.stateless !== true || isStuck) return retire(state, source.volatile === true ? 'release' : 'drain');
  const over = pause(state, connectDelayMs(state.failures, state.options.random));
  const { wake } = state;
  // A broker that is back is not kept waiting.
  source.recovered?.().then(
    (isBack) => isBack && wake?.(),
    () => {},
  );
  await over;
}

/** @returns how long to wait before the next one, where that is needed. */
async function receive({ options }: State, reader: Reader): Promise<number | undefined> {
  const { clock, onReceived } = options;
  const startMs = clock.elapsedMs();
  const count = await reader.receive();
  if (count > 0) onReceived(count);
  // A broker that has nothing is no reason to ask without end.
  return count === 0 && clock.elapsedMs() - startMs < SOON_MS ? EMPTY_MS : undefined;
}

function answered(state: State, opened: Opened): void {
  state.failures = 0;
  showReading(state, opened);
}

function showReading(state: State, { notes }: Opened): void {
  change(state, { state: { kind: 'reading', notes } });
}

function fail(state: State, error: unknown, request: string | undefined): void {
  const { onError } = state.options;
  state.failures += 1;
  if (error instanceof ReceiversLoadingError) return;
  if (error instanceof SourceError) {
    onError(error.code, error);
    change(state, { state: { kind: 'failed', code: error.code, message: error.message }, handledRequest: request });
    return;
  }
  onError('unexpected', error);
  // The API server's absence says nothing of the broker.
  if (error instanceof ApiError || error instanceof ConnectionError) return;
  const message = 'the client failed unexpectedly: see the log of the operator';
  change(state, { state: { kind: 'failed', code: 'Unreachable', message }, handledRequest: request });
}

function change(state: State, changed: Partial<Pick<State, 'state' | 'handledRequest'>>): void {
  const before = { state: state.state, handledRequest: state.handledRequest };
  if (isDeepStrictEqual({ ...before, ...changed }, before)) return;
  Object.assign(state, changed);
  if (state.stopping === undefined) state.options.onChange();
}

async function inspectAgain(state: State): Promise<void> {
  const { current } = state;
  const notes = await current?.reader.source.inspect().catch(() => undefined);
  if (current === undefined || notes === undefined) return;
  current.notes = notes;
  if (state.current === current && state.state.kind === 'reading') showReading(state, current);
}

async function inputsChanged(state: State): Promise<void> {
  const { turned, tried } = state;
  let how: 'drain' | 'release' = 'drain';
  try {
    const inputs = await state.options.inputs();
    if (tried !== undefined && areSameInputs(inputs, tried)) return;
  } catch (error) {
    if (!(error instanceof SourceError)) return;
    const { state: known } = state;
    if (known.kind === 'failed' && known.code === error.code && known.message === error.message) return;
    if (error.code === 'ReceiverNotFound' || error.code === 'ReceiverNotReady') how = 'release';
  }
  if (state.turned === turned) turn(state, how);
}

/** Has the next attempt begin at once. */
function turn(state: State, how: 'drain' | 'release'): void {
  if (state.stopping !== undefined) return;
  retire(state, how);
  state.failures = 0;
  const { turned } = state;
  state.turned = Promise.withResolvers();
  turned.resolve(undefined);
  state.wake?.();
}

function retire(state: State, how: 'drain' | 'release'): void {
  const { current, retired } = state;
  if (current === undefined) return;
  state.current = undefined;
  const { reader } = current;
  retired.add(reader);
  void reader[reader.source.exclusive === true ? 'release' : how]().finally(() => retired.delete(reader));
}

function readersOf({ retired, current }: State): readonly Reader[] {
  return current === undefined ? [...retired] : [...retired, current.reader];
}

async function stop(state: State): Promise<boolean> {
  const { options, turned } = state;
  const readers = readersOf(state);
  state.current = undefined;
  turned.resolve(undefined);
  state.wake?.();
  const released = Promise.allSettled(readers.map((reader) => reader.release()));
  return await within(
    { clock: options.clock, ms: STOP_MS },
    released.then(() => true),
    () => false,
  );
}
