/**
 * Records messages: each has one record, which every attempt at it updates. A webhook that a Receiver judges is a delivery
 * of that Receiver too, and has a record there, with the Receiver's own verdict.
 */
import { errorTable, type MessageOutcome } from '../api/errors.ts';
import { RECEIVER_KIND } from '../api/receiver/receiver.ts';
import type { KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import { MAX_TEXT } from '../deliveries/records/clean-text.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { Delivery, DeliveryRecord, ObjectRef, Verdict } from '../deliveries/records/record.ts';
import { createTargetOutcomes } from '../deliveries/records/target-outcomes.ts';
import type { Clock } from '../observe/clock.ts';
import type { MessageNotes } from '../receivers/admit-message.ts';
import type { createKeepMessage } from './keep-message.ts';
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
  readonly bodies: Pick<KeptBodies, 'keep'>;
  /** Has the body of a message kept; undefined: none is wanted. */
  readonly keep?: ReturnType<typeof createKeepMessage>;
}

interface Attempt {
  readonly startedMs: number;
  readonly notes: MessageNotes;
}

/** The records of one message. */
interface Records {
  message: DeliveryRecord | undefined;
  /** That of the Receiver which judges it. */
  webhook: DeliveryRecord | undefined;
}

interface State {
  readonly options: MessageRecorderOptions;
  readonly attempts: WeakMap<Message, Attempt>;
  /** Of messages that may come again, by their ids; the oldest first. */
  readonly unsettled: Map<string, Records>;
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
      if (attempt !== undefined) ended(state, message, attempt, outcome);
    },
  };
}

function ended({ options, unsettled }: State, message: Message, attempt: Attempt, outcome: MessageOutcome): void {
  const { journal } = options;
  const known = unsettled.get(message.id);
  const records = known ?? { message: pendingRecord(options, message.id), webhook: undefined };
  const own = deliveryOf(options, message, attempt, outcome);
  // First: its targets are followed as the Receiver says.
  const webhook = webhookOf(own, attempt.notes, outcome);
  if (webhook !== undefined) records.webhook = write(journal, records.webhook, webhook);
  records.message = write(journal, records.message, own);
  if (outcome === 'done') {
    if (records.message !== undefined) options.keep?.(records.message, message);
    if (records.webhook !== undefined) options.bodies.keep(records.webhook, attempt.notes.body);
  }
  if (own.verdict !== 'pending') unsettled.delete(message.id);
  else if (known === undefined) {
    unsettled.set(message.id, records);
    const [oldest] = unsettled.keys();
    if (unsettled.size > MAX_UNSETTLED && oldest !== undefined) unsettled.delete(oldest);
  }
}

/** Of a message that was tried before its BrokerReceiver was changed, or suspended. */
function pendingRecord({ journal, object }: MessageRecorderOptions, id: string): DeliveryRecord | undefined {
  // Of an id that is cut, others may begin alike.
  const record = id.length < MAX_TEXT ? journal.findByProviderId(object, id) : undefined;
  return record?.verdict === 'pending' ? record : undefined;
}

function deliveryOf(
  { object, type, clock }: MessageRecorderOptions,
  { id, body }: Message,
  { startedMs, notes }: Attempt,
  outcome: MessageOutcome,
): Delivery {
  const ms = clock.elapsedMs() - startedMs;
  return {
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
  };
}

/** Undefined: no Receiver has judged the message. */
function webhookOf(own: Delivery, notes: MessageNotes, outcome: MessageOutcome): Delivery | undefined {
  const { receiver, providerId = own.providerId } = notes;
  if (receiver === undefined) return undefined;
  const { namespace, name, type } = receiver;
  const code = notes.ignored === true ? 'EventNotListed' : notes.code;
  const isIgnored = outcome === 'done' && code !== undefined;
  return {
    ...own,
    object: { kind: RECEIVER_KIND, namespace, name },
    type,
    providerId,
    verdict: isIgnored ? 'ignored' : own.verdict,
    code: code !== undefined && Object.hasOwn(errorTable, code) ? code : 'Delivered',
  };
}

function write(journal: Journal, known: DeliveryRecord | undefined, delivery: Delivery): DeliveryRecord | undefined {
  if (known === undefined) return journal.add(delivery);
  const { atMs, ms, verdict, code, targets, targetCounts } = delivery;
  Object.assign(known, { lastAtMs: atMs, ms, verdict, code, targets, targetCounts });
  journal.changed(known, delivery);
  return known;
}
