import type { Clock } from '../observe/clock.ts';

/**
 * What the promise gives; where it is not settled within `ms`, what `late` gives or throws instead. The promise goes on,
 * and a later rejection is nobody's.
 */
export async function within<T, L>(
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
  promise: Promise<T>,
  late: () => L,
): Promise<T | L> {
  const over = Promise.withResolvers<void>();
  const timer = clock.setTimeout(over.resolve, ms);
  try {
    return await Promise.race([promise, over.promise.then(late)]);
  } finally {
    timer.cancel();
  }
}
