/** One message of a subscription, from its pull until it is done or given back. */
import type { Message } from '../../source.ts';
import type { ReceivedMessage, SubscriptionSettings } from './calls.ts';
import type { PubSubState } from './pubsub-state.ts';

/** For how long it is kept each time. */
const KEPT_SECONDS = 60;
/** The longest that Pub/Sub keeps one. */
const MAX_SECONDS = 600;
/** What Pub/Sub gives a subscription that says nothing else: also the least. */
const DEFAULT_ACK_DEADLINE_SECONDS = 10;

/** For how long a pull keeps a message from others. */
export function ackDeadlineSecondsOf(settings: SubscriptionSettings | undefined): number {
  return settings?.ackDeadlineSeconds ?? DEFAULT_ACK_DEADLINE_SECONDS;
}

export function createMessage(state: PubSubState, received: ReceivedMessage): Message {
  const { clock, settings } = state;
  const ackDeadlineMs = ackDeadlineSecondsOf(settings) * 1_000;
  const maxDeliveryAttempts = settings?.deadLetterPolicy?.maxDeliveryAttempts;
  const { ackId = '', deliveryAttempt: attempt = 0, message = {} } = received;
  const { messageId: id = '', data = '', attributes = {}, publishTime = '' } = message;
  const sentAtMs = Date.parse(publishTime);
  let keptUntilMs = clock.elapsedMs() + ackDeadlineMs;
  let held = true;
  state.held += 1;
  const end = async (how: () => Promise<void>): Promise<void> => {
    if (!held) return;
    held = false;
    state.held -= 1;
    await how().catch((error: unknown) => {
      held = true;
      state.held += 1;
      throw error;
    });
  };
  const keep = (seconds: number) => state.deadlines.add({ ackId, seconds });
  const acknowledge = () => state.acknowledgements.add(ackId);
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
      if (!held || keptUntilMs - clock.elapsedMs() > Math.max(halfMs, ackDeadlineMs / 2)) return;
      const beganMs = clock.elapsedMs();
      await keep(KEPT_SECONDS);
      keptUntilMs = beganMs + KEPT_SECONDS * 1_000;
    },
    ack: () => end(acknowledge),
    retry: (delayMs) => end(() => keep(Math.min(Math.ceil(delayMs / 1_000), MAX_SECONDS))),
    reject() {
      // The count of deliveries is there only with a dead-letter policy, which takes the message when it comes to its end.
      if (attempt === 0) return end(acknowledge);
      state.rejected.add(id);
      return end(() => keep(0));
    },
  };
}
