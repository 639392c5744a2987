/** One record, from its fetch until it is done. What is done of a partition that was lost meanwhile changes nothing. */
import type { Clock } from '../../../observe/clock.ts';
import type { Message } from '../../source.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { FetchedRecord, Partition } from './partition.ts';

export interface MessageOptions {
  readonly clock: Clock;
  /** Undefined: there is no topic for them. */
  readonly deadLetters: DeadLetters | undefined;
  /** Whether the partition is still this replica's, by the same generation of the group. */
  owns(partition: Partition): boolean;
  /** Called when there is something to give out or to commit. */
  changed(): void;
  /** The dead letter could not be written. */
  failed(error: unknown): void;
}

export function createMessage(options: MessageOptions, partition: Partition, record: FetchedRecord): Message {
  const { clock, deadLetters, owns, changed, failed } = options;
  const { offset, value } = record;
  const done = (): void => {
    if (owns(partition) && partition.open.delete(offset)) changed();
  };
  return {
    id: `${partition.topic}/${partition.index}/${offset}`,
    // The broker counts none.
    attempt: 0,
    last: false,
    // Whoever writes a record sets its time.
    sentAtMs: undefined,
    body: value ?? Buffer.alloc(0),
    attributes: attributesOf(record),
    extend: () => Promise.resolve(),
    async ack() {
      done();
    },
    async retry(delayMs) {
      // 0: the end, after which it comes again from what is committed.
      if (delayMs === 0) return;
      clock.setTimeout(() => {
        if (!owns(partition) || !partition.open.delete(offset)) return;
        partition.waiting.push(record);
        partition.waiting.sort((one, other) => Number(one.offset - other.offset));
        changed();
      }, delayMs);
    },
    async reject(reason) {
      if (!owns(partition)) return;
      try {
        await deadLetters?.write(partition, record, reason);
      } catch (error) {
        failed(error);
        throw error;
      }
      done();
    },
  };
}

function attributesOf({ headers }: FetchedRecord): Record<string, string> {
  const entries = headers.map(([name, value]) => [
    name?.toString('utf8').toLowerCase() ?? '',
    value?.toString('utf8') ?? '',
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
