/**
 * The rule: what becomes of each message of one connection. A message is held until it is done, poison, or given back; the
 * broker hears of it once. No broker knows of outcomes, and this knows no broker.
 *
 * | outcome | what follows |
 * | --- | --- |
 * | done | acknowledged |
 * | poison | rejected |
 * | failing | again after a delay, at the broker where it can, else here; rejected after the last attempt |
 * | away | held; nothing more is received until the API server answers |
 */
import type { MessageOutcome } from '../api/errors.ts';
import type { Clock, Timer } from '../observe/clock.ts';
import type { Outcome } from '../receivers/notify-message.ts';
import type { AttemptCounts } from './attempt-counts.ts';
import { awayDelayMs, failingDelayMs } from './delays.ts';
import { type Held, hold, letGo } from './held.ts';
import { MAX_IN_FLIGHT, type Slots } from './slots.ts';
import type { Message, Source } from './source.ts';
import { tellBroker } from './tell-broker.ts';

/** What one attempt at a message comes to. Never throws. */
export type Judge = (message: Message, attempt: number) => Promise<Outcome>;

/** Why a message is not done. */
export type Failure = Exclude<Outcome, { readonly outcome: 'done' }>;

export interface LoopReports {
  /** Of one attempt; of a message that is away, once for each time that it is held. */
  outcome(message: Message, outcome: MessageOutcome): void;
  rejected(message: Message, attempt: number, failure: Failure): void;
  failing(message: Message, attempt: number, failure: Failure, retryInMs: number): void;
  away(message: Message, failure: Failure): void;
  /** The broker did not take the answer to a message, which comes again. */
  notSettled(message: Message, error: unknown): void;
}

export interface LoopOptions {
  readonly source: Source;
  readonly judge: Judge;
  readonly maxAttempts: number;
  readonly counts: AttemptCounts;
  /** Of all loops of the source. */
  readonly slots: Slots;
  readonly reports: LoopReports;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Called when the broker has taken an answer, or the API server is back. */
  readonly onRoom: () => void;
  /** Called with the size of each body that nothing needs any longer. */
  readonly onFreed: (bytes: number) => void;
}

export interface Loop {
  /** How many messages may be received now. */
  room(): number;
  /** Begins to handle a message that was received. */
  begin(message: Message): void;
  /** Goes on with what is held; done when nothing is. */
  drain(): Promise<void>;
  /** Gives back at once what begins from now on. */
  refuse(): void;
  /** Gives back what waits, and what is tried unless that ends it; done when nothing is held. */
  release(): Promise<void>;
  readonly held: number;
  /** When the oldest message that is held came, by `elapsedMs`. */
  oldestMs(): number | undefined;
}

interface State {
  readonly options: LoopOptions;
  readonly held: Set<Held>;
  /** Answers that are under way to the broker. */
  readonly settling: Set<Promise<void>>;
  readonly away: Set<Held>;
  awayTries: number;
  probe: Timer | undefined;
  refusing: boolean;
  releasing: boolean;
  readonly idle: PromiseWithResolvers<void>[];
}

/** Where the broker delays nothing, so many may wait here; others must get through. */
const MAX_FAILING = MAX_IN_FLIGHT / 2;
/** How long a message beyond these is kept, so that it does not come again and again at once. */
const CROWDED_MS = 5_000;

export function createLoop(options: LoopOptions): Loop {
  const state: State = {
    options,
    held: new Set(),
    settling: new Set(),
    away: new Set(),
    awayTries: 0,
    probe: undefined,
    refusing: false,
    releasing: false,
    idle: [],
  };
  return {
    room: () => room(state),
    begin: (message) => begin(state, message),
    drain: () => whenIdle(state),
    refuse() {
      state.refusing = true;
    },
    release: () => release(state),
    get held() {
      return state.held.size;
    },
    oldestMs: () => state.held.values().next().value?.sinceMs,
  };
}

function room({ options, settling, away }: State): number {
  return away.size > 0 || settling.size >= MAX_IN_FLIGHT ? 0 : Math.max(options.slots.free, 0);
}

function begin(state: State, message: Message): void {
  const { counts, clock, source, reports, slots } = state.options;
  const attempt = message.attempt > 0 ? message.attempt : counts.of(message.id) + 1;
  const onExpired = (held: Held): void => {
    if (held.phase !== 'running') giveBack(state, held, CROWDED_MS);
  };
  const held = hold({ source, clock, onError: reports.notSettled, onExpired }, message, attempt);
  state.held.add(held);
  slots.take();
  if (state.refusing) giveBack(state, held);
  else void run(state, held);
}

async function run(state: State, held: Held): Promise<void> {
  held.phase = 'running';
  held.wait = undefined;
  const outcome = await state.options.judge(held.message, held.attempt);
  if (outcome.outcome === 'away') {
    stayAway(state, held, outcome);
    return;
  }
  state.away.delete(held);
  settle(state, held, outcome);
  apiServerAnswered(state);
}

function settle(state: State, held: Held, outcome: Exclude<Outcome, { readonly outcome: 'away' }>): void {
  const { reports, counts } = state.options;
  const { message } = held;
  if (outcome.outcome === 'done') {
    reports.outcome(message, 'done');
    counts.forget(message.id);
    finish(state, held, () => message.ack());
  } else if (outcome.outcome === 'poison' || isLast(state, held)) reject(state, held, outcome);
  else fail(state, held, outcome);
}

/** An attempt that is made here costs none at the broker. */
function isLast({ options }: State, { message, attempt }: Held): boolean {
  return attempt >= options.maxAttempts || (message.last && options.source.delays === 'broker');
}

function reject(state: State, held: Held, failure: Failure): void {
  const { reports, counts } = state.options;
  reports.outcome(held.message, 'poison');
  counts.forget(held.message.id);
  reports.rejected(held.message, held.attempt, failure);
  finish(state, held, () => held.message.reject(failure.code));
}

function fail(state: State, held: Held, failure: Failure): void {
  const { source, clock, counts, reports } = state.options;
  reports.outcome(held.message, 'failing');
  const delayMs = failingDelayMs(held.attempt);
  reports.failing(held.message, held.attempt, failure, delayMs);
  counts.set(held.message.id, held.attempt);
  if (state.releasing) giveBack(state, held);
  else if (source.delays === 'broker') giveBack(state, held, delayMs);
  else {
    held.phase = 'failing';
    const isCrowded = failingCount(state) > MAX_FAILING && !held.message.last;
    held.wait = clock.setTimeout(
      () => {
        if (isCrowded) giveBack(state, held, delayMs);
        else {
          held.attempt += 1;
          void run(state, held);
        }
      },
      isCrowded ? CROWDED_MS : delayMs,
    );
  }
}

function failingCount({ held }: State): number {
  return [...held].filter(({ phase }) => phase === 'failing').length;
}

function stayAway(state: State, held: Held, failure: Failure): void {
  const { reports } = state.options;
  if (state.releasing) {
    giveBack(state, held);
    return;
  }
  held.phase = 'away';
  if (!state.away.has(held)) {
    state.away.add(held);
    reports.outcome(held.message, 'away');
    reports.away(held.message, failure);
  }
  if (state.probe === undefined && ![...state.away].some(({ phase }) => phase === 'running')) probeLater(state);
}

/** One message at a time finds out whether the API server is back. */
function probeLater(state: State): void {
  const { clock, random } = state.options;
  state.awayTries += 1;
  state.probe = clock.setTimeout(
    () => {
      state.probe = undefined;
      const [first] = state.away;
      if (first?.phase === 'away') void run(state, first);
    },
    awayDelayMs(state.awayTries, random),
  );
}

function apiServerAnswered(state: State): void {
  stopProbing(state);
  for (const held of state.away) if (held.phase === 'away') void run(state, held);
  if (state.away.size === 0) state.options.onRoom();
}

function stopProbing(state: State): void {
  state.probe?.cancel();
  state.probe = undefined;
  if (state.away.size === 0) state.awayTries = 0;
}

/** Answers the broker, and frees the slot at once: what follows needs no body. */
function finish(state: State, held: Held, answer: () => Promise<void>): void {
  const { source, clock, reports, onFreed, onRoom, slots } = state.options;
  letGo(held);
  state.held.delete(held);
  state.away.delete(held);
  if (state.away.size === 0) stopProbing(state);
  onFreed(held.bytes);
  const answering = tellBroker({ source, clock, isEnding: () => state.refusing }, answer)
    .catch((error: unknown) => reports.notSettled(held.message, error))
    .finally(() => {
      state.settling.delete(answering);
      onRoom();
      if (state.held.size + state.settling.size === 0) for (const { resolve } of state.idle.splice(0)) resolve();
    });
  state.settling.add(answering);
  slots.giveBack();
}

function giveBack(state: State, held: Held, delayMs = 0): void {
  finish(state, held, () => held.message.retry(delayMs));
}

function whenIdle({ held, settling, idle }: State): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  if (held.size + settling.size === 0) waiting.resolve();
  else idle.push(waiting);
  return waiting.promise;
}

function release(state: State): Promise<void> {
  state.refusing = true;
  state.releasing = true;
  for (const held of [...state.held]) if (held.phase !== 'running') giveBack(state, held);
  return whenIdle(state);
}
