/**
 * Refusals in turns of the event loop, so many in each. Every answer brings its sender's next request: without turns a
 * flood makes each turn as long as all its senders together need, and a genuine webhook, and the API server's answer to
 * its PATCH, wait for several of them.
 */
export interface RefusalTurns {
  /** Calls `refuse` now, or after those that came before it. */
  take(refuse: () => void): void;
}

/** How many may wait; beyond, as when senders come and go without their answers, each is refused at once. */
const MAX_WAITING = 1_024;

export function createRefusalTurns(perTurn: number): RefusalTurns {
  const waiting: (() => void)[] = [];
  /** In this turn. */
  let given = 0;

  function nextTurn(): void {
    const due = waiting.splice(0, perTurn);
    given = due.length;
    if (given > 0) setImmediate(nextTurn);
    for (const refuse of due) refuse();
  }

  return {
    take(refuse) {
      if (given === perTurn && waiting.length < MAX_WAITING) {
        waiting.push(refuse);
        return;
      }
      if (given === 0) setImmediate(nextTurn);
      given = Math.min(given + 1, perTurn);
      refuse();
    },
  };
}
