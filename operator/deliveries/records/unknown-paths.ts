/** The last requests whose path nobody has: when, from whom, and what they got. Never their path, which may be a secret. */

export interface UnknownPath {
  readonly atMs: number;
  readonly from: string | undefined;
  /** One of HTTP's own, or `OTHER`. */
  readonly method: string;
  readonly code: string;
}

export interface UnknownPaths {
  add(request: UnknownPath): void;
  /** From the newest to the oldest. */
  list(): readonly UnknownPath[];
}

const LENGTH = 50;

export function createUnknownPaths(): UnknownPaths {
  const ring: UnknownPath[] = [];
  let next = 0;
  return {
    add(request) {
      ring[next] = request;
      next = (next + 1) % LENGTH;
    },
    list: () => [...ring.slice(next), ...ring.slice(0, next)].reverse(),
  };
}
