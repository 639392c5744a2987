/** Tells GitHub's limits of requests from refusals: it answers both with 403. */
import { systemClock } from '../../observe/clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { HttpAnswer } from '../send/http-caller.ts';
import { retryAfterMs } from '../send/retry-after.ts';

const LIMITED = new Set([403, 429]);
/** A secondary limit may come without a header, only in words. */
const SECONDARY_LIMIT = /secondary rate limit/i;
/** What GitHub asks for where no header says more. */
const SECONDARY_WAIT_MS = 60_000;

/**
 * @param failure begins the error.
 * @throws DeliveryError passing where GitHub wants one to wait, with the time.
 */
export function checkGitHubLimit(
  { status, headers, text }: HttpAnswer,
  failure: string,
  nowMs: number = systemClock.now(),
): void {
  if (!LIMITED.has(status)) return;
  const isOver = headers['x-ratelimit-remaining'] === '0';
  const isSecondary = SECONDARY_LIMIT.test(text);
  const asked = retryAfterMs(headers['retry-after'], nowMs);
  if (asked === undefined && !isOver && !isSecondary) return;
  const untilReset = isOver ? untilMs(headers['x-ratelimit-reset'], nowMs) : undefined;
  const waitMs = asked ?? untilReset ?? (isSecondary ? SECONDARY_WAIT_MS : undefined);
  throw new DeliveryError('passing', `${failure}: the rate limit of GitHub is reached`, { retryAfterMs: waitMs });
}

function untilMs(unixSeconds: string | undefined, nowMs: number): number | undefined {
  if (unixSeconds === undefined || !/^\d+$/.test(unixSeconds)) return undefined;
  return Math.max(Number(unixSeconds) * 1_000 - nowMs, 0);
}
