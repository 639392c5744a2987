/** Remembers the status of the last answer of each attempt: all that is kept of what a service said. */

const statuses = new WeakMap<AbortSignal, number>();

/** @param attempt its signal, which no other attempt has. */
export function noteStatus(attempt: AbortSignal, status: number): void {
  statuses.set(attempt, status);
}

/** Undefined: nothing was answered by HTTP. */
export function statusOf(attempt: AbortSignal): number | undefined {
  return statuses.get(attempt);
}
