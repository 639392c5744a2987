/** A broker in memory, for tests of the rule: messages are pushed by the test, and what is told of them is written down. */
import type { Clock } from '../../../operator/observe/clock.ts';
import type { Message, Source } from '../../../operator/sources/source.ts';
import { SourceError, type SourceErrorCode } from '../../../operator/sources/source-error.ts';

export interface MemorySource extends Source {
  /** `ack a`, `retry a 1000`, `reject a FilterFailed`, `extend a`, `close`, in their order. */
  readonly told: string[];
  /** What each receive asked for. */
  readonly asked: number[];
  push(...messages: Partial<Message>[]): void;
  /** Has the receive that waits, or comes next, fail. */
  fail(code: SourceErrorCode): void;
  /** Has the receive that waits answer that there is nothing. */
  answerEmpty(): void;
}

export interface MemorySourceOptions
  extends Partial<
    Pick<Source, 'delays' | 'extendEveryMs' | 'maxHoldMs' | 'stateless' | 'volatile' | 'exclusive' | 'recovered'>
  > {
  /** An aborted receive goes on until it is answered, as a long poll over HTTP does. */
  readonly isPolling?: boolean;
  readonly notes?: readonly string[];
  /** A receive is answered after 20 s, as by a broker that has nothing. */
  readonly clock?: Clock;
}

export function memoryMessage(part: Partial<Message>, told: string[]): Message {
  const { id = 'm' } = part;
  return {
    attempt: 0,
    last: false,
    sentAtMs: undefined,
    body: Buffer.from('{}'),
    attributes: {},
    async extend() {
      told.push(`extend ${id}`);
    },
    async ack() {
      told.push(`ack ${id}`);
    },
    async retry(delayMs) {
      told.push(`retry ${id} ${delayMs}`);
    },
    async reject(reason) {
      told.push(`reject ${id} ${reason}`);
    },
    ...part,
    id,
  };
}

export function createMemorySource({
  isPolling = false,
  notes = [],
  clock,
  ...options
}: MemorySourceOptions = {}): MemorySource {
  const told: string[] = [];
  const asked: number[] = [];
  const queue: Message[] = [];
  let failure: SourceError | undefined;
  let waiting: { max: number; receiving: PromiseWithResolvers<readonly Message[]> } | undefined;
  function serve(isEmpty = false): void {
    if (waiting === undefined) return;
    const { max, receiving } = waiting;
    if (failure !== undefined) {
      receiving.reject(failure);
      failure = undefined;
    } else if (queue.length > 0 || isEmpty) receiving.resolve(queue.splice(0, max));
    else return;
    waiting = undefined;
  }
  return {
    told,
    asked,
    delays: 'broker',
    extendEveryMs: undefined,
    ...options,
    receive(max, signal) {
      asked.push(max);
      const receiving = Promise.withResolvers<readonly Message[]>();
      waiting = { max, receiving };
      const timer = clock?.setTimeout(() => serve(true), 20_000);
      const settled = () => timer?.cancel();
      receiving.promise.then(settled, settled);
      if (!isPolling) signal.addEventListener('abort', () => serve(true));
      serve();
      return receiving.promise;
    },
    inspect: async () => notes,
    lag: () => queue.length,
    async close() {
      told.push('close');
    },
    push(...messages) {
      queue.push(...messages.map((message) => memoryMessage(message, told)));
      serve();
    },
    fail(code) {
      failure = new SourceError(code, `because of ${code}`);
      serve();
    },
    answerEmpty: () => serve(true),
  };
}
