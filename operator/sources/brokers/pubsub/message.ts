/** One message of a subscription, from its pull until it is done or given back. */
import type { Clock } from '../../../observe/clock.ts';
import type { Message } from '../../source.ts';
import type { Calls, ReceivedMessage } from './calls.ts';

export interface MessageOptions {
  readonly calls: Pick<Calls, 'acknowledge' | 'keep'>;
  readonly clock: Clock;
  /** For how long a pull keeps it from others. */
  readonly ackDeadlineSeconds: number;
  /** After so many deliveries it goes to the dead letters; undefined: not known, or never. */
  readonly maxDeliveryAttempts: number | undefined;
}

/** For how long it is kept each time. */
const KEPT_SECONDS = 60;
/** The longest that Pub/Sub keeps one. */
const MAX_SECONDS = 600;

export function createMessage(options: MessageOptions, received: ReceivedMessage): Message {
  const { calls, clock, maxDeliveryAttempts } = options;
  const { ackId = '', deliveryAttempt: attempt = 0, message = {} } = received;
  const { messageId: id = '', data = '', attributes = {}, publishTime = '' } = message;
  const sentAtMs = Date.parse(publishTime);
  let keptUntilMs = clock.elapsedMs() + options.ackDeadlineSeconds * 1_000;
  let held = true;
  const end = async (how: () => Promise<void>): Promise<void> => {
    if (!held) return;
    held = false;
    await how().catch((error: unknown) => {
      held = true;
      throw error;
    });
  };
  return {
    id,
    attempt,
    last: maxDeliveryAttempts !== undefined && attempt >= maxDeliveryAttempts,
    sentAtMs: Number.isNaN(sentAtMs) ? undefined : sentAtMs,
    body: Buffer.from(data, 'base64'),
    attributes: {
      ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value])),
      // As Google itself names them in the headers of a push without envelope; no attribute of a sender's is taken for them.
      'x-goog-pubsub-message-id': id,
      'x-goog-pubsub-publish-time': publishTime,
    },
    async extend() {
      const halfMs = (KEPT_SECONDS * 1_000) / 2;
      const firstLeftMs = (options.ackDeadlineSeconds * 1_000) / 2;
      if (!held || keptUntilMs - clock.elapsedMs() > Math.max(halfMs, firstLeftMs)) return;
      const beganMs = clock.elapsedMs();
      await calls.keep(ackId, KEPT_SECONDS);
      keptUntilMs = beganMs + KEPT_SECONDS * 1_000;
    },
    ack: () => end(() => calls.acknowledge(ackId)),
    retry: (delayMs) => end(() => calls.keep(ackId, Math.min(Math.ceil(delayMs / 1_000), MAX_SECONDS))),
    // The count of deliveries is there only with a dead-letter policy, which takes the message when it comes to its end.
    reject: () => end(() => (attempt > 0 ? calls.keep(ackId, 0) : calls.acknowledge(ackId))),
  };
}
