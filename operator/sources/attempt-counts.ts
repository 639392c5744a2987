/** Counts the attempts at messages whose broker does not; bounded: what failed longest ago is forgotten. */
export interface AttemptCounts {
  /** Attempts so far. */
  of(id: string): number;
  set(id: string, attempts: number): void;
  forget(id: string): void;
}

/** More than one source has failing at a time. */
const MOST = 10_000;

export function createAttemptCounts(most = MOST): AttemptCounts {
  const counts = new Map<string, number>();
  return {
    of: (id) => counts.get(id) ?? 0,
    set(id, attempts) {
      counts.delete(id);
      counts.set(id, attempts);
      const [oldest] = counts.keys();
      if (counts.size > most && oldest !== undefined) counts.delete(oldest);
    },
    forget: (id) => void counts.delete(id),
  };
}
