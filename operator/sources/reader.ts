/** Reads one open source: receives as much as there is room for, and has the loop handle it. */
import type { BodyBudget, Expected } from './body-budget.ts';
import { createLoop, type Loop, type LoopOptions } from './loop.ts';
import { MAX_IN_FLIGHT } from './slots.ts';
import type { Message, Source } from './source.ts';
import { SourceError } from './source-error.ts';
import { within } from './within.ts';

export interface Reader {
  /**
   * One receive, as soon as there is room for what it may bring. @returns how many came.
   * @throws SourceError, and whatever else the source throws.
   */
  receive(): Promise<number>;
  /** A receive was not done in time: nothing more is received of this source. */
  readonly isStuck: boolean;
  /** Receives nothing more, goes on with what is held, then closes the source. Done when it is closed. */
  drain(): Promise<void>;
  /** Receives nothing more, gives back what is held, then closes the source. Done when it is closed. */
  release(): Promise<void>;
  readonly loop: Pick<Loop, 'held' | 'oldestMs'>;
  readonly source: Source;
}

export interface ReaderOptions extends Omit<LoopOptions, 'onRoom' | 'onFreed'> {
  readonly budget: BodyBudget;
}

interface State {
  readonly options: ReaderOptions;
  readonly loop: Loop;
  readonly ending: AbortController;
  /** The one under way. */
  receiving: Promise<unknown>;
  expected: Expected;
  stuck: boolean;
  closed: Promise<void> | undefined;
  wake: PromiseWithResolvers<void>;
  /** Ends what wakes it when a slot is free. */
  readonly unlisten: () => void;
}

/** A source answers within 20 s. */
const RECEIVE_MS = 28_000;
/** The longest long poll, and its answer's way. */
const LONG_POLL_MS = 21_000;
/** What an idle source reserves. */
const LEAST_BATCH_BYTES = 64 * 1024;
const LEAST_MESSAGE_BYTES = 8 * 1024;

export function createReader(options: ReaderOptions): Reader {
  const loop = createLoop({
    ...options,
    onRoom: () => state.wake.resolve(),
    onFreed: (bytes) => options.budget.free(bytes),
  });
  const state: State = {
    options,
    loop,
    ending: new AbortController(),
    receiving: Promise.resolve(),
    expected: { batchBytes: LEAST_BATCH_BYTES, messageBytes: LEAST_MESSAGE_BYTES },
    stuck: false,
    closed: undefined,
    wake: Promise.withResolvers(),
    unlisten: options.slots.onFree(() => state.wake.resolve()),
  };
  return {
    loop,
    source: options.source,
    receive() {
      const receiving = receive(state);
      state.receiving = receiving.catch(() => {});
      return receiving;
    },
    get isStuck() {
      return state.stuck;
    },
    drain: () => end(state, () => loop.drain()),
    release() {
      loop.refuse();
      return end(state, () => loop.release());
    },
  };
}

async function receive(state: State): Promise<number> {
  const { budget, source } = state.options;
  const room = await roomFor(state);
  if (room === undefined) return 0;
  let messages: readonly Message[] = [];
  try {
    messages = await inTime(state, source.receive(room.messages, state.ending.signal));
  } finally {
    for (const { body } of messages) budget.add(body.length);
    budget.free(room.bytes);
  }
  state.expected = expectedNext(state.expected, messages);
  for (const message of messages) state.loop.begin(message);
  return messages.length;
}

/** Waits for it. @returns how many messages may be received, and the bytes that are reserved; undefined: it ends. */
async function roomFor(state: State): Promise<{ readonly messages: number; readonly bytes: number } | undefined> {
  const { budget } = state.options;
  const { signal } = state.ending;
  for (;;) {
    await roomInLoop(state);
    const room = signal.aborted ? undefined : await budget.reserve(state.expected, signal);
    if (room === undefined) return undefined;
    const messages = Math.min(state.loop.room(), room.isWhole ? MAX_IN_FLIGHT : 1);
    if (messages > 0) return { messages, bytes: room.bytes };
    // The API server has gone away since, or more answers than may be are under way to the broker.
    budget.free(room.bytes);
  }
}

async function roomInLoop(state: State): Promise<void> {
  while (state.loop.room() === 0 && !state.ending.signal.aborted) {
    state.wake = Promise.withResolvers();
    await state.wake.promise;
  }
}

function inTime(state: State, receiving: Promise<readonly Message[]>): Promise<readonly Message[]> {
  return within({ clock: state.options.clock, ms: RECEIVE_MS }, receiving, () => {
    state.stuck = true;
    throw new SourceError('Unreachable', `the broker did not answer within ${RECEIVE_MS / 1_000} s`);
  });
}

/** The largest batch so far; what was large once is forgotten by and by. */
function expectedNext(before: Expected, messages: readonly Message[]): Expected {
  const sizes = messages.map(({ body }) => body.length);
  const messageBytes = Math.max(LEAST_MESSAGE_BYTES, before.messageBytes / 2, ...sizes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isFull = sizes.length === MAX_IN_FLIGHT;
  // A batch that was cut short says nothing of how large a whole one is.
  const batchBytes = Math.max(LEAST_BATCH_BYTES, before.batchBytes / 2, isFull ? total : messageBytes * sizes.length);
  return { messageBytes: Math.ceil(messageBytes), batchBytes: Math.ceil(batchBytes) };
}

function end(state: State, settleHeld: () => Promise<void>): Promise<void> {
  const settled = settleAfterReceive(state, settleHeld);
  // What cannot be closed is gone.
  state.closed ??= settled.then(() => state.options.source.close()).catch(() => {});
  return state.closed;
}

/**
 * A receive under way is waited for: what it brings counts at the broker as given. What is given back before would come by
 * that very receive, and be counted once more.
 */
async function settleAfterReceive(
  { options, ending, receiving, wake, unlisten }: State,
  settleHeld: () => Promise<void>,
): Promise<void> {
  ending.abort();
  unlisten();
  wake.resolve();
  await within({ clock: options.clock, ms: LONG_POLL_MS }, receiving, () => {});
  await settleHeld();
  await receiving;
  await settleHeld();
}
