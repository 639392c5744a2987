/** One message of a queue, from its receive until it is done or given back. */
import type { MessageAttributeValue, Message as SqsMessage } from '@aws-sdk/client-sqs';
import type { Message } from '../../source.ts';
import type { SqsState } from './sqs-state.ts';

/** SQS hides a message for 12 h from its receive at most, however often that is prolonged; it is given back before. */
export const MAX_HOLD_MS = (12 * 60 - 10) * 60_000;
/** Of a message that can never be done, while it is not known whether the queue has dead letters. */
const FIRST_HIDDEN_SECONDS = 30;
const LONGEST_HIDDEN_SECONDS = 15 * 60;

export function createMessage(state: SqsState, received: SqsMessage): Message {
  const { MessageId: id = '', ReceiptHandle: receiptHandle = '', Body = '', Attributes = {} } = received;
  const { clock, settings } = state;
  const attempt = Number(Attributes.ApproximateReceiveCount ?? 0);
  const holding = hold(state);
  const endMs = clock.elapsedMs() + MAX_HOLD_MS;
  /** No longer than SQS allows. */
  const hide = (seconds: number) => {
    const leftSeconds = Math.max(Math.floor((endMs - clock.elapsedMs()) / 1_000), 0);
    return state.visibilities.add({ receiptHandle, seconds: Math.min(seconds, leftSeconds) });
  };
  const giveBack = (seconds: number) => holding.end(() => hide(seconds));
  const remove = () => holding.end(() => state.removals.add({ receiptHandle }));
  return {
    id,
    attempt,
    last: isLast(attempt, settings.maxReceiveCount),
    sentAtMs: Attributes.SentTimestamp === undefined ? undefined : Number(Attributes.SentTimestamp),
    body: Buffer.from(Body),
    attributes: attributesOf(received.MessageAttributes),
    async extend() {
      if (holding.lasts()) await hide(state.settings.visibilitySeconds);
    },
    ack: remove,
    retry: (delayMs) => giveBack(Math.ceil(delayMs / 1_000)),
    reject() {
      const { maxReceiveCount } = state.settings;
      if (maxReceiveCount === 0) return remove();
      state.rejected.add(id);
      return giveBack(maxReceiveCount === undefined ? hiddenSeconds(attempt) : 0);
    },
  };
}

/** The queue moves a message when it would be received once more. */
function isLast(attempt: number, maxReceiveCount: number | undefined): boolean {
  return maxReceiveCount !== undefined && maxReceiveCount > 0 && attempt >= maxReceiveCount;
}

/** Doubles with each attempt. */
function hiddenSeconds(attempt: number): number {
  return Math.min(FIRST_HIDDEN_SECONDS * 2 ** Math.max(attempt - 1, 0), LONGEST_HIDDEN_SECONDS);
}

interface Holding {
  lasts(): boolean;
  /** Ends it by `call`, unless it has ended before; a call that fails leaves it as it was. */
  end(call: () => Promise<void>): Promise<void>;
}

function hold(state: SqsState): Holding {
  let lasts = true;
  state.held++;
  return {
    lasts: () => lasts,
    async end(call) {
      if (!lasts) return;
      lasts = false;
      state.held--;
      try {
        await call();
      } catch (error) {
        lasts = true;
        state.held++;
        throw error;
      }
    },
  };
}

/** Binary values as base64. */
function attributesOf(attributes: Readonly<Record<string, MessageAttributeValue>> = {}): Record<string, string> {
  const entries = Object.entries(attributes).map(([name, { StringValue, BinaryValue }]) => {
    const value = StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64');
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(entries);
}
