/** What a queue's own attributes mean for those who read it. */
import type { QueueAttribute } from './calls.ts';

export interface QueueSettings {
  /** For how long a received message stays hidden. */
  readonly visibilitySeconds: number;
  /** After so many receives the queue moves a message to its dead letters; 0: never; undefined: not known. */
  readonly maxReceiveCount: number | undefined;
  /** Messages that wait; undefined: not known. */
  readonly waiting: number | undefined;
  /** For the Ready message. */
  readonly notes: readonly string[];
}

export const QUEUE_ATTRIBUTES: readonly QueueAttribute[] = [
  'VisibilityTimeout',
  'RedrivePolicy',
  'ApproximateNumberOfMessages',
];

/** Less would leave no time for what an API server needs. */
const MIN_VISIBILITY_SECONDS = 30;
/** Under it, an API server that refuses for minutes sends messages to the dead letters. */
const FEW_RECEIVES = 10;

/** Of a queue whose attributes may not be read. */
export const UNKNOWN_SETTINGS: QueueSettings = {
  visibilitySeconds: MIN_VISIBILITY_SECONDS,
  maxReceiveCount: undefined,
  waiting: undefined,
  notes: ['sqs:GetQueueAttributes is denied, so rejected messages are hidden, never deleted'],
};

export function queueSettings(attributes: Partial<Record<QueueAttribute, string>>): QueueSettings {
  const maxReceiveCount = maxReceiveCountOf(attributes.RedrivePolicy);
  const waiting = Number(attributes.ApproximateNumberOfMessages ?? Number.NaN);
  return {
    visibilitySeconds: Math.max(Number(attributes.VisibilityTimeout ?? 0), MIN_VISIBILITY_SECONDS),
    maxReceiveCount,
    waiting: Number.isNaN(waiting) ? undefined : waiting,
    notes: notesOf(maxReceiveCount),
  };
}

/** The policy is JSON; its number may stand in quotes. */
function maxReceiveCountOf(policy: string | undefined): number {
  if (policy === undefined || policy === '') return 0;
  try {
    const { maxReceiveCount } = JSON.parse(policy) as { readonly maxReceiveCount?: unknown };
    const count = Number(maxReceiveCount);
    return Number.isInteger(count) && count > 0 ? count : 0;
  } catch {
    return 0;
  }
}

function notesOf(maxReceiveCount: number): string[] {
  if (maxReceiveCount === 0) return ['no dead-letter queue, so rejected messages are deleted'];
  return maxReceiveCount < FEW_RECEIVES ? [`maxReceiveCount is ${maxReceiveCount}, under ${FEW_RECEIVES}`] : [];
}
