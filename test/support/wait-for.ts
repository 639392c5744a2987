import { setTimeout as sleep } from 'node:timers/promises';

/** Only stops what hangs. */
const WITHIN_MS = 300_000;
/** The pause between two questions is a share of what was waited so far: a long wait shall not keep the machine busy. */
const PAUSE_SHARE = 0.1;
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;

/**
 * Asks again and again until `observe` gives something other than undefined or false: often at first, then twice a second.
 * @throws Error after five minutes, with what was waited for and what the last call threw.
 */
export async function waitFor<T>(
  what: string,
  observe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const start = performance.now();
  const waitedMs = () => performance.now() - start;
  let last: unknown;
  while (waitedMs() < WITHIN_MS) {
    try {
      const seen = await observe();
      if (seen !== undefined && seen !== false) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, waitedMs() * PAUSE_SHARE)));
  }
  throw new Error(`not seen in time: ${what}`, last === undefined ? undefined : { cause: last });
}
