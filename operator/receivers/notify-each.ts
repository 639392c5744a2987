import { RequestError } from '../api/errors.ts';
import type { FilterInput } from './choose.ts';
import type { MakeInput } from './judge-request.ts';

/** Of a large batch so many are under way at once: enough for their PATCHes to be few. */
const WIDTH = 500;

type Notify<T> = (input: FilterInput | undefined) => Promise<T>;
/** What an event comes to whose input cannot be made. */
type Unmade<T> = (error: unknown) => Promise<T>;

/**
 * Notifies of each event of a request. All are tried, also where one fails; then the worst failure is thrown. Not async:
 * what filters see is large, and a frame that waits would hold it.
 *
 * @param unmade fails when absent.
 * @throws what making an input, or `notify`, threw: PendingFull first of all, else the first.
 */
export function notifyEach<T>(
  inputs: readonly MakeInput[],
  notify: Notify<T>,
  unmade: Unmade<T> = (error) => Promise.reject(error),
): Promise<readonly T[]> {
  const attempt = (makeInput: MakeInput): Promise<T> => {
    try {
      return notify(makeInput());
    } catch (error) {
      return unmade(error);
    }
  };
  const [only] = inputs;
  if (only === undefined) return Promise.resolve([]);
  return inputs.length === 1 ? attempt(only).then((result) => [result]) : notifyAll(inputs, attempt);
}

async function notifyAll<T>(
  inputs: readonly MakeInput[],
  attempt: (makeInput: MakeInput) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  const errors: unknown[] = [];
  for (let begin = 0; begin < inputs.length; begin += WIDTH) {
    const some = inputs.slice(begin, begin + WIDTH);
    for (const each of await Promise.allSettled(some.map(attempt))) {
      if (each.status === 'fulfilled') results.push(each.value);
      else errors.push(each.reason);
    }
  }
  if (errors.length > 0) throw errors.find(isPendingFull) ?? errors[0];
  return results;
}

function isPendingFull(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'PendingFull';
}
