/** Reads one subscription by pulls that wait at the broker. */
import type { Clock } from '../../../observe/clock.ts';
import type { Message, Source } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import type { Calls, SubscriptionSettings } from './calls.ts';
import { ackDeadlineSecondsOf, createMessage } from './message.ts';
import { createState, type PubSubState } from './pubsub-state.ts';

const MAX_MESSAGES = 10;
const MAX_EXTEND_EVERY_MS = 30_000;
/** An empty answer that came sooner did not wait at the broker. */
const WAITED_MS = 1_000;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 5_000;
/** Under it, an API server that refuses for minutes sends messages to the dead letters. */
const FEW_ATTEMPTS = 10;

/** Reads the subscription's settings first, so that one that is missing is known at once. @throws SourceError */
export async function openPubSubSource(calls: Calls, clock: Clock): Promise<Source> {
  const state = createState(calls, clock, await readSettings(calls));
  // What opening found is what the first inspection gives.
  let inspected = false;
  return {
    get extendEveryMs() {
      return Math.min((ackDeadlineSecondsOf(state.settings) * 1_000) / 2, MAX_EXTEND_EVERY_MS);
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
    async close() {
      await Promise.all([state.acknowledgements.flush(), state.deadlines.flush()]);
      await calls.close();
    },
  };
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
async function receive(state: PubSubState, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  const { calls, clock } = state;
  await pauseUnlessEnding(state, signal);
  if (signal.aborted) return [];
  const begunMs = clock.elapsedMs();
  const received = await calls.pull(Math.min(max, MAX_MESSAGES));
  // No answer is no proof that there is anybody: whatever this one is answered, is.
  if (received === undefined) state.settings = await readSettings(calls);
  const isEmpty = received === undefined || received.length === 0;
  state.pauseMs = isEmpty && clock.elapsedMs() - begunMs < WAITED_MS ? longerPauseMs(state.pauseMs) : 0;
  const messages: Message[] = [];
  for (const each of received ?? []) {
    const message = createMessage(state, each);
    if (state.rejected.has(message.id)) rejectAgain(message);
    else messages.push(message);
  }
  return messages;
}

/** What fails here comes again by itself. */
function rejectAgain(message: Message): void {
  message.reject('rejected before').catch(() => undefined);
}

function longerPauseMs(pauseMs: number): number {
  return Math.min(Math.max(pauseMs * 2, MIN_PAUSE_MS), MAX_PAUSE_MS);
}

async function pauseUnlessEnding({ clock, pauseMs }: PubSubState, signal: AbortSignal): Promise<void> {
  if (pauseMs === 0 || signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const timer = clock.setTimeout(over.resolve, pauseMs);
  signal.addEventListener('abort', () => over.resolve(), { once: true });
  await over.promise;
  timer.cancel();
}
