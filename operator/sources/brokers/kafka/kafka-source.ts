/** Reads topics as a member of a consumer group. */
import type { Clock } from '../../../observe/clock.ts';
import type { Message, Source } from '../../source.ts';
import type { SourceError } from '../../source-error.ts';
import type { DeadLetters } from './dead-letters.ts';
import { fetchInto, requestsFor } from './fetch.ts';
import { commitDone, type Group } from './group.ts';
import { createMessage, type MessageOptions } from './message.ts';
import { doneUpTo, isBlocked, takeNext } from './partition.ts';

type Client = typeof import('../../clients/kafka.ts');

export interface KafkaSourceOptions {
  readonly clock: Clock;
  readonly group: Group;
  /** For fetches, which wait at the broker: what else is sent does not wait behind them. */
  readonly fetchPool: InstanceType<Client['ConnectionPool']>;
  readonly deadLetters: DeadLetters | undefined;
  explain(error: unknown): SourceError;
}

interface State {
  readonly options: KafkaSourceOptions;
  /** Brokers that a fetch waits at. */
  readonly fetching: Set<number>;
  /** Whether the brokers that lead the partitions are being looked up. */
  looking: boolean;
  wake: PromiseWithResolvers<void>;
}

export interface KafkaSource extends Source {
  /** Something changed that a receive may wait for. */
  wake(): void;
}

/** An empty answer: then the object is known to be read. */
const RECEIVE_MS = 10_000;
const COMMIT_EVERY_MS = 1_000;

export function createKafkaSource(options: KafkaSourceOptions): KafkaSource {
  const { clock, group, fetchPool, deadLetters } = options;
  const state: State = { options, fetching: new Set(), looking: false, wake: Promise.withResolvers() };
  const wake = () => state.wake.resolve();
  const fail = (error: unknown): void => {
    group.failure ??= error;
    wake();
  };
  const commits = clock.setInterval(() => void commitDone(group).catch(() => undefined), COMMIT_EVERY_MS);
  const message: MessageOptions = {
    clock,
    deadLetters,
    owns: (partition) => group.partitions.includes(partition),
    changed: wake,
    failed: fail,
  };
  return {
    extendEveryMs: undefined,
    delays: 'held',
    exclusive: true,
    wake,
    receive: (max, signal) => receive(state, message, max, signal),
    inspect: async () =>
      deadLetters === undefined ? ['no deadLetterTopic, so rejected messages are passed over'] : [],
    lag: () => group.partitions.reduce((sum, each) => sum + Number(each.end - doneUpTo(each)), 0),
    async close() {
      commits.cancel();
      await commitDone(group).catch(() => undefined);
      group.partitions = [];
      await Promise.allSettled([group.consumer.close(true), fetchPool.close(), deadLetters?.close()]);
    },
  };
}

async function receive(
  state: State,
  options: MessageOptions,
  max: number,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const { clock, group, explain } = state.options;
  let isOver = false;
  const over = clock.setTimeout(() => {
    isOver = true;
    state.wake.resolve();
  }, RECEIVE_MS);
  const onAbort = () => state.wake.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted && !isOver) {
      state.wake = Promise.withResolvers();
      if (group.failure !== undefined) throw explain(group.failure);
      const messages = take(group, options, max);
      if (messages.length > 0) return messages;
      void fetchMore(state);
      await state.wake.promise;
    }
    return [];
  } finally {
    over.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

/** One of each partition in turn. */
function take({ partitions }: Group, options: MessageOptions, max: number): readonly Message[] {
  const messages: Message[] = [];
  for (let before = -1; before < messages.length && messages.length < max; ) {
    before = messages.length;
    for (const partition of partitions) {
      const record = messages.length < max ? takeNext(partition) : undefined;
      if (record !== undefined) messages.push(createMessage(options, partition, record));
    }
  }
  return messages;
}

/** Of partitions of which nothing waits, and at brokers where no fetch waits. Never throws. */
async function fetchMore(state: State): Promise<void> {
  const { group, fetchPool } = state.options;
  const { consumer, partitions } = group;
  const wanted = partitions.filter((partition) => partition.waiting.length === 0 && !isBlocked(partition));
  if (state.looking || wanted.length === 0) return;
  const isCurrent = () => group.partitions === partitions;
  const fail = (error: unknown): void => {
    if (isCurrent()) group.failure ??= error;
  };
  state.looking = true;
  try {
    for (const request of await requestsFor(consumer, wanted)) {
      if (state.fetching.has(request.node)) continue;
      state.fetching.add(request.node);
      void fetchInto(consumer, fetchPool, request, isCurrent)
        .catch(fail)
        .finally(() => {
          state.fetching.delete(request.node);
          state.wake.resolve();
        });
    }
  } catch (error) {
    fail(error);
    state.wake.resolve();
  } finally {
    state.looking = false;
  }
}
