/** Ids of messages that can never be done, which the broker gives again until it moves them: those are not judged again. */
export interface RejectedIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** The oldest are forgotten: they are judged once more, and rejected again. */
const MOST = 10_000;

export function createRejectedIds(most = MOST): RejectedIds {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.delete(id);
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > most && oldest !== undefined) ids.delete(oldest);
    },
  };
}
