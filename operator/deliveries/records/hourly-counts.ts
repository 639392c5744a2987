/** Counts what came for one object in each of the last 24 hours. */

export interface HourlyCounts {
  add(atMs: number, refused: boolean): void;
  /** One that came then, and counted as not refused, is refused after all. */
  refuse(atMs: number): void;
  /** From the oldest of the 24 hours to the one that is not over. */
  hours(nowMs: number): readonly { readonly accepted: number; readonly refused: number }[];
}

const HOUR_MS = 3_600_000;
const HOURS = 24;

export function createHourlyCounts(): HourlyCounts {
  const accepted = new Uint32Array(HOURS);
  const refused = new Uint32Array(HOURS);
  let newest = 0;

  /** Forgets what is older than 24 hours. */
  function advance(nowMs: number): number {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour > newest) {
      for (let past = Math.max(newest + 1, hour - HOURS + 1); past <= hour; past++) {
        accepted[past % HOURS] = 0;
        refused[past % HOURS] = 0;
      }
      newest = hour;
    }
    return hour;
  }

  function count(atMs: number, counts: Uint32Array, by: 1 | -1): void {
    const hour = advance(atMs);
    if (hour > newest - HOURS) counts[hour % HOURS] = Math.max((counts[hour % HOURS] ?? 0) + by, 0);
  }

  return {
    add: (atMs, isRefused) => count(atMs, isRefused ? refused : accepted, 1),
    refuse(atMs) {
      count(atMs, accepted, -1);
      count(atMs, refused, 1);
    },
    hours(nowMs) {
      advance(nowMs);
      return Array.from({ length: HOURS }, (_, index) => {
        const slot = (newest - HOURS + 1 + index + HOURS) % HOURS;
        return { accepted: accepted[slot] ?? 0, refused: refused[slot] ?? 0 };
      });
    },
  };
}
