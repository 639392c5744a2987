import { setTimeout as sleep } from 'node:timers/promises';

/** Only stops what hangs. */
const WITHIN_MS = 300_000;
const STEP_MS = 20;

/**
 * Asks again and again until `observe` gives something other than undefined or false.
 * @throws Error after five minutes, with what was waited for and what the last call threw.
 */
export async function waitFor<T>(
  what: string,
  observe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + WITHIN_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const seen = await observe();
      if (seen !== undefined && seen !== false) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(STEP_MS);
  }
  throw new Error(`not seen in time: ${what}`, last === undefined ? undefined : { cause: last });
}
