/**
 * The values of `reconcile.fluxcd.io/requestedAt`: RFC 3339 in UTC with nanoseconds, each later than the one before,
 * because an equal value would change nothing and so wake nobody.
 */
import { systemClock } from '../observe/clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** @param nowNanoseconds since the epoch; the default joins the wall clock with the process's own fine clock. */
export function createRequestedAt(nowNanoseconds: () => bigint = wallClock): () => string {
  let last = 0n;
  return () => {
    const now = nowNanoseconds();
    last = now > last ? now : last + 1n;
    const seconds = last / NANOSECONDS_PER_SECOND;
    const fraction = String(last % NANOSECONDS_PER_SECOND).padStart(9, '0');
    return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
  };
}

function wallClock(): bigint {
  return (
    BigInt(systemClock.now()) * NANOSECONDS_PER_MILLISECOND + (process.hrtime.bigint() % NANOSECONDS_PER_MILLISECOND)
  );
}
