/** Gathers what is to be told about single messages into calls of up to ten. */
import type { Clock, Timer } from '../../observe/clock.ts';

/** What SQS takes in one call, and as many as one source has in flight. */
const MAX_ENTRIES = 10;

export interface BatcherOptions<Entry> {
  /** How long the first entry waits for others. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Whether others may follow; false: what is there is sent at once. */
  mayGrow(): boolean;
  /** Makes the call. @returns the error of each entry that failed, by its index. @throws when all failed. */
  send(entries: readonly Entry[]): Promise<ReadonlyMap<number, Error>>;
}

export interface Batcher<Entry> {
  /** Resolves when the entry's call is done. @throws the error of the call, or of the entry. */
  add(entry: Entry): Promise<void>;
  /** Sends what waits. Resolves when every call is done, however it ends. */
  flush(): Promise<void>;
}

interface Pending<Entry> {
  readonly entry: Entry;
  readonly done: PromiseWithResolvers<void>;
}

export function createBatcher<Entry>({ maxWaitMs, clock, mayGrow, send }: BatcherOptions<Entry>): Batcher<Entry> {
  let pending: Pending<Entry>[] = [];
  let timer: Timer | undefined;
  const calls = new Set<Promise<void>>();
  const sendPending = (): void => {
    timer?.cancel();
    timer = undefined;
    if (pending.length === 0) return;
    const call = settle(pending, send).finally(() => calls.delete(call));
    calls.add(call);
    pending = [];
  };
  return {
    async flush() {
      sendPending();
      await Promise.all(calls);
    },
    add(entry) {
      const done = Promise.withResolvers<void>();
      pending.push({ entry, done });
      if (pending.length >= MAX_ENTRIES || !mayGrow()) sendPending();
      else timer ??= clock.setTimeout(sendPending, maxWaitMs);
      return done.promise;
    },
  };
}

/** Never rejects: each entry has its own end. */
async function settle<Entry>(batch: readonly Pending<Entry>[], send: BatcherOptions<Entry>['send']): Promise<void> {
  try {
    const failed = await send(batch.map(({ entry }) => entry));
    batch.forEach(({ done }, index) => {
      const error = failed.get(index);
      if (error === undefined) done.resolve();
      else done.reject(error);
    });
  } catch (error) {
    for (const { done } of batch) done.reject(error);
  }
}
