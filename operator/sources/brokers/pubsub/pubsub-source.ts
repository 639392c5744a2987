/** Reads one subscription by pulls that wait at the broker. */
import type { Clock } from '../../../observe/clock.ts';
import type { Message, Source } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import type { Calls, SubscriptionSettings } from './calls.ts';
import { createMessage } from './message.ts';

interface State {
  readonly calls: Calls;
  readonly clock: Clock;
  /** Undefined: they may not be read. */
  settings: SubscriptionSettings | undefined;
  /** Before the next pull: an emulator answers at once, also if it has nothing. */
  pauseMs: number;
}

const MAX_MESSAGES = 10;
/** What Pub/Sub gives a subscription that says nothing else: also the least. */
const DEFAULT_ACK_DEADLINE_SECONDS = 10;
const MAX_EXTEND_EVERY_MS = 30_000;
/** An empty answer that came sooner did not wait at the broker. */
const WAITED_MS = 1_000;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 5_000;
/** Under it, an API server that refuses for minutes sends messages to the dead letters. */
const FEW_ATTEMPTS = 10;

/** Reads the subscription's settings first, so that one that is missing is known at once. @throws SourceError */
export async function openPubSubSource(calls: Calls, clock: Clock): Promise<Source> {
  const state: State = { calls, clock, settings: await readSettings(calls), pauseMs: 0 };
  // What opening found is what the first inspection gives.
  let inspected = false;
  return {
    get extendEveryMs() {
      return Math.min((ackDeadlineSeconds(state) * 1_000) / 2, MAX_EXTEND_EVERY_MS);
    },
    delays: 'broker',
    stateless: true,
    receive: (max, signal) => receive(state, max, signal),
    async inspect() {
      if (inspected) state.settings = await readSettings(calls);
      inspected = true;
      return notesOf(state.settings);
    },
    lag: () => undefined,
    close: () => calls.close(),
  };
}

function ackDeadlineSeconds({ settings }: State): number {
  return settings?.ackDeadlineSeconds ?? DEFAULT_ACK_DEADLINE_SECONDS;
}

/** The role of a subscriber does not hold the right to read them: the subscription can be read without. */
async function readSettings(calls: Calls): Promise<SubscriptionSettings | undefined> {
  try {
    const settings = await calls.settings();
    checkPull(settings);
    return settings;
  } catch (error) {
    if (error instanceof SourceError && error.code === 'AccessDenied') return undefined;
    throw error;
  }
}

function checkPull({ pushConfig, bigqueryConfig, cloudStorageConfig }: SubscriptionSettings): void {
  const isPushed = (pushConfig?.pushEndpoint ?? '') !== '';
  if (!isPushed && bigqueryConfig === undefined && cloudStorageConfig === undefined) return;
  const message = 'the subscription delivers by push or export; make another one that is pulled';
  throw new SourceError('SourceUnsuitable', message);
}

function notesOf(settings: SubscriptionSettings | undefined): readonly string[] {
  if (settings === undefined) return ['pubsub.subscriptions.get is denied, so the dead-letter policy is not known'];
  const attempts = settings.deadLetterPolicy?.maxDeliveryAttempts;
  if (attempts === undefined) return ['no dead-letter topic, so rejected messages are acknowledged'];
  return attempts < FEW_ATTEMPTS ? [`maxDeliveryAttempts is ${attempts}, under ${FEW_ATTEMPTS}`] : [];
}

/** The pull that runs is never cut short: what it brings would stay hidden, and be counted. */
async function receive(state: State, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  const { calls, clock } = state;
  await pauseUnlessEnding(state, signal);
  if (signal.aborted) return [];
  const begunMs = clock.elapsedMs();
  const received = await calls.pull(Math.min(max, MAX_MESSAGES));
  // No answer is no proof that there is anybody: whatever this one is answered, is.
  if (received === undefined) state.settings = await readSettings(calls);
  const isEmpty = received === undefined || received.length === 0;
  state.pauseMs = isEmpty && clock.elapsedMs() - begunMs < WAITED_MS ? longerPauseMs(state.pauseMs) : 0;
  const options = {
    calls,
    clock,
    ackDeadlineSeconds: ackDeadlineSeconds(state),
    maxDeliveryAttempts: state.settings?.deadLetterPolicy?.maxDeliveryAttempts,
  };
  return received?.map((each) => createMessage(options, each)) ?? [];
}

function longerPauseMs(pauseMs: number): number {
  return Math.min(Math.max(pauseMs * 2, MIN_PAUSE_MS), MAX_PAUSE_MS);
}

async function pauseUnlessEnding({ clock, pauseMs }: State, signal: AbortSignal): Promise<void> {
  if (pauseMs === 0 || signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const timer = clock.setTimeout(over.resolve, pauseMs);
  signal.addEventListener('abort', () => over.resolve(), { once: true });
  await over.promise;
  timer.cancel();
}
