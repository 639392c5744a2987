/** Reads one queue: long polls, and what becomes of each message in batches. */
import type { Message as SqsMessage } from '@aws-sdk/client-sqs';
import type { Clock } from '../../../observe/clock.ts';
import type { Message, Source } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import type { Calls } from './calls.ts';
import { createMessage, MAX_HOLD_MS } from './message.ts';
import { QUEUE_ATTRIBUTES, type QueueSettings, queueSettings, UNKNOWN_SETTINGS } from './queue-settings.ts';
import { createState, type SqsState } from './sqs-state.ts';

/** What SQS gives in one call. */
const MAX_MESSAGES = 10;
/** The longest that SQS waits: an idle queue costs 3 calls a minute. */
const WAIT_SECONDS = 20;

/** Reads the queue's attributes first, so that a queue that is missing is known at once. @throws SourceError */
export async function openSqsSource(calls: Calls, clock: Clock): Promise<Source> {
  const state = createState(calls, clock, await readSettings(calls));
  // What opening found is what the first inspection gives.
  let inspected = false;
  return {
    get extendEveryMs() {
      return (state.settings.visibilitySeconds * 1_000) / 2;
    },
    delays: 'broker',
    maxHoldMs: MAX_HOLD_MS,
    stateless: true,
    receive: (max, signal) => receive(state, max, signal),
    async inspect() {
      if (inspected) state.settings = await readSettings(calls);
      inspected = true;
      return state.settings.notes;
    },
    lag: () => state.settings.waiting,
    async close() {
      await Promise.all([state.removals.flush(), state.visibilities.flush()]);
      calls.close();
    },
  };
}

/** Rights may be missing for this call alone: the queue can be read without. */
async function readSettings(calls: Calls): Promise<QueueSettings> {
  try {
    return queueSettings(await calls.attributes(QUEUE_ATTRIBUTES));
  } catch (error) {
    if (error instanceof SourceError && error.code === 'AccessDenied') return UNKNOWN_SETTINGS;
    throw error;
  }
}

/** The poll that runs is never cut short: what it brings would stay hidden, and be counted. */
async function receive(state: SqsState, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  if (signal.aborted) return [];
  const received = await poll(state, max);
  if (received.length === 0) state.settings = { ...state.settings, waiting: 0 };
  const messages: Message[] = [];
  for (const each of received) {
    const message = createMessage(state, each);
    if (state.rejected.has(message.id)) rejectAgain(message);
    else messages.push(message);
  }
  return messages;
}

/** After a fault the first poll does not wait, so that it is known at once that all is well again. */
async function poll(state: SqsState, max: number): Promise<readonly SqsMessage[]> {
  const { visibilitySeconds } = state.settings;
  const waitSeconds = state.answered ? WAIT_SECONDS : 0;
  state.answered = false;
  const received = await state.calls.receive({ max: Math.min(max, MAX_MESSAGES), waitSeconds, visibilitySeconds });
  state.answered = true;
  return received;
}

/** What fails here comes again by itself. */
function rejectAgain(message: Message): void {
  message.reject('rejected before').catch(() => undefined);
}
