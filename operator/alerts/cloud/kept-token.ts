/** Keeps a cloud's access token as long as it is valid, and no longer than `--token-cache-max-duration`. */
import { systemClock } from '../../observe/clock.ts';

export interface AccessToken {
  readonly token: string;
  /** Ms since 1970. */
  readonly expiresAtMs: number;
}

/** A token is renewed that long before it expires: clocks differ, and what is sent takes its time. */
const EARLY_MS = 60_000;

/**
 * @param get asked by one caller at a time; the others wait for the same.
 * @param maxMs 0: no token is kept.
 */
export function keptToken(
  get: () => Promise<AccessToken>,
  maxMs: number,
  nowMs: () => number = systemClock.now,
): () => Promise<string> {
  let kept: { readonly token: string; readonly untilMs: number } | undefined;
  let getting: Promise<string> | undefined;
  const renew = async () => {
    const { token, expiresAtMs } = await get();
    kept = { token, untilMs: Math.min(expiresAtMs - EARLY_MS, nowMs() + maxMs) };
    return token;
  };
  return () => {
    if (kept !== undefined && nowMs() < kept.untilMs) return Promise.resolve(kept.token);
    getting ??= renew().finally(() => {
      getting = undefined;
    });
    return getting;
  };
}
