/** What the messages of one subscription share. */
import type { Clock } from '../../../observe/clock.ts';
import { type Batcher, createBatcher } from '../batcher.ts';
import { createRejectedIds, type RejectedIds } from '../rejected-ids.ts';
import type { Calls, SubscriptionSettings } from './calls.ts';

/** For how long a message is nobody else's from now on; 0: it is given again. */
export interface Deadline {
  readonly ackId: string;
  readonly seconds: number;
}

export interface PubSubState {
  readonly calls: Calls;
  readonly clock: Clock;
  /** By their ackIds. */
  readonly acknowledgements: Batcher<string>;
  readonly deadlines: Batcher<Deadline>;
  /** Undefined: they may not be read. */
  settings: SubscriptionSettings | undefined;
  /** Before the next pull: an emulator answers at once, also if it has nothing. */
  pauseMs: number;
  /** Messages that came and are neither done nor given back. */
  held: number;
  /** Of messages that Pub/Sub will move to the dead letters. */
  readonly rejected: RejectedIds;
}

const ACKNOWLEDGEMENTS_WAIT_MS = 200;
const DEADLINES_WAIT_MS = 50;

export function createState(calls: Calls, clock: Clock, settings: SubscriptionSettings | undefined): PubSubState {
  const state: PubSubState = {
    calls,
    clock,
    settings,
    acknowledgements: createBatcher<string>({
      maxWaitMs: ACKNOWLEDGEMENTS_WAIT_MS,
      clock,
      mayGrow: () => state.held > 0,
      async send(ackIds) {
        await calls.acknowledge(ackIds);
        return new Map();
      },
    }),
    deadlines: createBatcher<Deadline>({
      maxWaitMs: DEADLINES_WAIT_MS,
      clock,
      mayGrow: () => true,
      send: (deadlines) => sendDeadlines(calls, deadlines),
    }),
    pauseMs: 0,
    held: 0,
    rejected: createRejectedIds(),
  };
  return state;
}

/** One call for each number of seconds. */
async function sendDeadlines(calls: Calls, deadlines: readonly Deadline[]): Promise<ReadonlyMap<number, Error>> {
  const failed = new Map<number, Error>();
  const bySeconds = Map.groupBy(deadlines.entries(), ([, { seconds }]) => seconds);
  const sending = Array.from(bySeconds, async ([seconds, entries]) => {
    try {
      await calls.keep(
        entries.map(([, { ackId }]) => ackId),
        seconds,
      );
    } catch (error) {
      for (const [index] of entries) failed.set(index, error as Error);
    }
  });
  await Promise.all(sending);
  return failed;
}
