/** Records messages: each has one record, which every attempt at it updates. */
import type { MessageOutcome } from '../api/errors.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { DeliveryRecord, ObjectRef, Verdict } from '../deliveries/records/record.ts';
import { createTargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { Clock } from '../observe/clock.ts';
import type { MessageNotes } from '../receivers/admit-message.ts';
import type { Message } from './source.ts';

export interface MessageRecorder {
  /** An attempt begins. @returns what is to be found out about the message on its way. */
  begin(message: Message): MessageNotes;
  /** What the attempt that began last has come to. */
  ended(message: Message, outcome: MessageOutcome): void;
}

export interface MessageRecorderOptions {
  readonly journal: Journal;
  readonly object: ObjectRef;
  /** Of the BrokerReceiver. */
  readonly type: string;
  readonly clock: Pick<Clock, 'now' | 'elapsedMs'>;
}

interface Attempt {
  readonly startedMs: number;
  readonly notes: MessageNotes;
}

interface State {
  readonly options: MessageRecorderOptions;
  readonly attempts: WeakMap<Message, Attempt>;
  /** Of messages that may come again, by their ids; the oldest first. */
  readonly unsettled: Map<string, DeliveryRecord>;
}

const VERDICTS: Readonly<Record<MessageOutcome, Verdict>> = {
  done: 'accepted',
  poison: 'refused',
  failing: 'pending',
  away: 'pending',
};
/** Records of an object that are not refused are as many: an older one is forgotten, and its message has a new one. */
const MAX_UNSETTLED = 20;

/** Undefined where no records are kept. */
export function createMessageRecorder(options: MessageRecorderOptions): MessageRecorder | undefined {
  if (!options.journal.enabled) return undefined;
  const state: State = { options, attempts: new WeakMap(), unsettled: new Map() };
  return {
    begin(message) {
      const notes: MessageNotes = { account: createTargetOutcomes() };
      state.attempts.set(message, { startedMs: options.clock.elapsedMs(), notes });
      return notes;
    },
    ended(message, outcome) {
      const attempt = state.attempts.get(message);
      if (attempt !== undefined) record(state, message, attempt, outcome);
    },
  };
}

function record(state: State, message: Message, attempt: Attempt, outcome: MessageOutcome): void {
  const { unsettled, options } = state;
  const known = unsettled.get(message.id);
  const written =
    known === undefined ? add(options, message, attempt, outcome) : update(options, known, attempt, outcome);
  if (written?.verdict !== 'pending') unsettled.delete(message.id);
  else if (known === undefined) {
    unsettled.set(message.id, written);
    const [oldest] = unsettled.keys();
    if (unsettled.size > MAX_UNSETTLED && oldest !== undefined) unsettled.delete(oldest);
  }
}

function add(
  { journal, object, type, clock }: MessageRecorderOptions,
  { id, body }: Message,
  { startedMs, notes }: Attempt,
  outcome: MessageOutcome,
): DeliveryRecord | undefined {
  const ms = clock.elapsedMs() - startedMs;
  return journal.add({
    atMs: clock.now() - ms,
    ms,
    bytes: body.length,
    object,
    type,
    event: notes.event,
    providerId: id,
    origin: 'broker',
    verdict: VERDICTS[outcome],
    code: outcome,
    credential: notes.credential,
    targets: notes.account?.targets,
    targetCounts: notes.account?.counts,
    announced: notes.announced,
  });
}

function update(
  { journal, clock }: MessageRecorderOptions,
  known: DeliveryRecord,
  { startedMs, notes }: Attempt,
  outcome: MessageOutcome,
): DeliveryRecord {
  const ms = clock.elapsedMs() - startedMs;
  known.lastAtMs = clock.now() - ms;
  known.ms = ms;
  known.verdict = VERDICTS[outcome];
  known.code = outcome;
  known.targets = notes.account?.targets;
  known.targetCounts = notes.account?.counts;
  journal.changed(known, notes);
  return known;
}
