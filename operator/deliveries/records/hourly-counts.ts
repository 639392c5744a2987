/** Counts what came for one object in each of the last 24 hours. */

export interface HourlyCounts {
  add(atMs: number, refused: boolean): void;
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

  return {
    add(atMs, isRefused) {
      const hour = advance(atMs);
      if (hour <= newest - HOURS) return;
      const counts = isRefused ? refused : accepted;
      counts[hour % HOURS] = (counts[hour % HOURS] ?? 0) + 1;
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
