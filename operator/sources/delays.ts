/** How long to wait before what failed is tried again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Before the second attempt, the third, and so on; the last goes on. */
const FAILING_MS = [SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS] as const;

const MIN_AWAY_MS = 100;
const MAX_AWAY_MS = 2_000;

const MIN_CONNECT_MS = SECOND_MS;
const MAX_CONNECT_MS = MINUTE_MS;
const CONNECT_JITTER = 0.2;

/** After that many attempts (1 and up) at a message whose targets cannot be notified. */
export function failingDelayMs(attempts: number): number {
  return FAILING_MS[Math.min(attempts, FAILING_MS.length) - 1] ?? SECOND_MS;
}

/** After that many tries in a row (1 and up) that found the API server away; as long as for pending notifications. */
export function awayDelayMs(tries: number, random: () => number): number {
  return Math.min(MIN_AWAY_MS * 2 ** (tries - 1), MAX_AWAY_MS) * (0.5 + random());
}

/** After that many failed calls in a row (1 and up) to a broker: doubled each time, and never longer for the jitter. */
export function connectDelayMs(failures: number, random: () => number): number {
  const plannedMs = Math.min(MIN_CONNECT_MS * 2 ** (failures - 1), MAX_CONNECT_MS);
  return plannedMs * (1 - CONNECT_JITTER * random());
}
