/** Judges messages: one attempt decodes, filters and notifies, and ends with what becomes of the message. */
import { messageOf } from '../api/message-of.ts';
import type { MessageNotes } from '../receivers/admit-message.ts';
import { type Outcome, outcomeOf, worstOutcome } from '../receivers/notify-message.ts';
import type { MessageNotifying } from '../receivers/notifying.ts';
import { carriedWebhook } from './carried-webhook.ts';
import type { CompiledSource, Handling } from './compile.ts';
import { messageVariable } from './envelopes/message-variable.ts';
import { type Handshake, PoisonError, type SourceEvent, unwrap } from './envelopes/unwrap.ts';
import type { Judge } from './loop.ts';
import type { MessageRecorder } from './record-message.ts';
import type { Message } from './source.ts';

export interface JudgeOptions {
  readonly compiled: CompiledSource;
  /** Of the BrokerReceiver. */
  readonly namespace: string;
  readonly notifying: Pick<MessageNotifying, 'notify' | 'admit'>;
  /** A service checks where it sends to; nothing is notified. */
  readonly onHandshake: (handshake: Handshake) => void;
  /** Undefined: no records are kept. */
  readonly recorder?: MessageRecorder | undefined;
}

type ToTargets = Extract<Handling, { readonly kind: 'targets' }>;

const DONE: Outcome = { outcome: 'done', targets: 0 };

export function createJudge(options: JudgeOptions): Judge {
  return async (message, attempt) => {
    try {
      return await judge(options, { message, attempt, notes: options.recorder?.begin(message) });
    } catch (error) {
      if (error instanceof PoisonError) return { outcome: 'poison', code: error.code, message: messageOf(error) };
      return outcomeOf(error);
    }
  };
}

/** One attempt at a message. */
interface Attempt {
  readonly message: Message;
  readonly attempt: number;
  readonly notes: MessageNotes | undefined;
}

async function judge(options: JudgeOptions, attempt: Attempt): Promise<Outcome> {
  const { message, notes } = attempt;
  const { compiled, notifying } = options;
  const { type, block, handling } = compiled;
  const proved = await type.prove?.(block, message);
  if (handling.kind === 'receiver') return notifying.admit(handling.receiver, carriedWebhook(message), notes);
  const { body, attributes } = message;
  const events = unwrap({ body, attributes, broker: type.name, format: handling.format, proved });
  if (notes !== undefined && events[0] !== undefined) notes.event = events[0].type;
  return worstOutcome(await Promise.all(events.map((event) => judgeEvent(options, handling, event, attempt))));
}

async function judgeEvent(
  { compiled, namespace, notifying, onHandshake }: JudgeOptions,
  { targets, events }: ToTargets,
  event: SourceEvent,
  { attempt, notes }: Attempt,
): Promise<Outcome> {
  if (event.handshake !== undefined) {
    onHandshake(event.handshake);
    return DONE;
  }
  if (!event.isObject && targets.readsRequest) {
    return {
      outcome: 'poison',
      code: 'FilterInputInvalid',
      message: 'a filter names req, and the payload is not a JSON object',
    };
  }
  if (events !== undefined && !events(event.type)) return DONE;
  const msg = messageVariable(event, { attempt, broker: compiled.type.name });
  const input = targets.filtered ? { req: event.req, msg } : undefined;
  return notifying.notify({ namespace, targets, input, account: notes?.account });
}
