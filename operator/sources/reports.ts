/** Reports what becomes of the messages of one BrokerReceiver: in metrics, records, the log and Kubernetes Events. */
import { type ErrorCode, errorTable } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import type { Regarding } from '../kube/events/event-series.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { Clock, Timer } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { SampledLog } from '../observe/sampled-log.ts';
import type { Handshake } from './envelopes/unwrap.ts';
import type { Failure, LoopReports } from './loop.ts';
import type { SourceLabels, SourceMetrics } from './metrics.ts';
import type { MessageRecorder } from './record-message.ts';
import type { Message } from './source.ts';

export interface SourceReports extends LoopReports {
  handshake(handshake: Handshake): void;
  /** A call to the broker failed. */
  callFailed(reason: string, error: unknown): void;
  stop(): void;
}

export interface SourceReportsOptions {
  readonly labels: SourceLabels;
  readonly regarding: Regarding;
  readonly metrics: SourceMetrics;
  /** Undefined: no records are kept. */
  readonly recorder?: MessageRecorder | undefined;
  /** Of this replica: it alone has seen the message. */
  readonly events: Pick<EventRecorder, 'record'>;
  readonly log: Logger;
  /** Shared by all sources: lines that senders can cause at will. */
  readonly sampled: SampledLog;
  readonly clock: Clock;
}

interface State {
  readonly options: SourceReportsOptions;
  /** Since the last Event: how many were rejected, and what the last one was. */
  rejections: number;
  lastNote: string;
  /** Set for a minute after each Event. */
  pause: Timer | undefined;
}

const REJECTED_EVERY_MS = 60_000;
const MAX_ID_CHARACTERS = 128;
/** Their messages may quote what was sent. */
const QUOTING: ReadonlySet<string> = new Set<ErrorCode>([
  'FilterFailed',
  'VerificationFailed',
  'TokenRejected',
  'ContentTypeUnsupported',
  'PayloadInvalid',
]);

export function createSourceReports(options: SourceReportsOptions): SourceReports {
  const { labels, metrics, recorder, log, sampled, events, regarding } = options;
  const state: State = { options, rejections: 0, lastNote: '', pause: undefined };
  const { namespace, name, type } = labels;
  const about = { controller: 'brokerreceiver', namespace, name, type };
  const kindOf = (code: string) => `${namespace}/${name}/${code}`;
  return {
    outcome(message, outcome) {
      metrics.message(labels, outcome);
      recorder?.ended(message, outcome);
    },
    rejected(message, attempt, failure) {
      const fields = { ...about, message: idOf(message), attempt, code: failure.code, error: causeOf(failure) };
      sampled.error(kindOf(failure.code), fields, 'message rejected: it cannot be done');
      rejected(state, message, failure);
    },
    failing(message, attempt, failure, retryInMs) {
      const fields = {
        ...about,
        message: idOf(message),
        attempt,
        code: failure.code,
        error: causeOf(failure),
        retryInMs,
      };
      sampled.info(kindOf(failure.code), fields, 'message not done: it is tried again');
    },
    away(message, failure) {
      const fields = { ...about, message: idOf(message), code: failure.code, error: causeOf(failure) };
      sampled.info(kindOf('away'), fields, 'message held: what it needs cannot be reached');
    },
    notSettled(message, error) {
      log.debug(
        { ...about, message: idOf(message), error: messageOf(error) },
        'the broker did not take the answer to a message: it comes again',
      );
    },
    handshake(handshake) {
      if (handshake.kind !== 'sns-subscription') return;
      const note = `the subscription of topic ${handshake.topicArn} to this queue is not confirmed: confirm it in Amazon SNS`;
      events.record(regarding, { type: 'Warning', reason: 'SubscriptionNotConfirmed', note });
    },
    callFailed(reason, error) {
      metrics.receiveError(labels, reason);
      if (reason !== 'unexpected') return;
      // Its text may hold what the broker or the user wrote, a credential even.
      const { name: kind, code } = error as { name?: unknown; code?: unknown };
      sampled.error(
        kindOf(reason),
        { ...about, error: `${kind} ${code ?? ''}`.trim() },
        'a client failed unexpectedly',
      );
    },
    stop: () => state.pause?.cancel(),
  };
}

function rejected(state: State, message: Message, failure: Failure): void {
  state.rejections += 1;
  state.lastNote = `message ${idOf(message)} rejected: ${failure.code}: ${causeOf(failure)}`;
  if (state.pause === undefined) recordRejections(state);
}

function recordRejections(state: State): void {
  const { events, regarding, clock } = state.options;
  if (state.rejections === 0) return;
  const more = state.rejections > 1 ? ` (${state.rejections} in the last minute)` : '';
  events.record(regarding, { type: 'Warning', reason: 'MessageRejected', note: `${state.lastNote}${more}` });
  state.rejections = 0;
  state.pause = clock.setTimeout(() => {
    state.pause = undefined;
    recordRejections(state);
  }, REJECTED_EVERY_MS);
}

function causeOf({ code, message }: Failure): string {
  return QUOTING.has(code) ? errorTable[code as ErrorCode].meaning : message;
}

/** Some brokers let the sender choose it. */
function idOf({ id }: Message): string {
  return id.slice(0, MAX_ID_CHARACTERS).replace(/[^\x20-\x7e]/g, '?');
}
