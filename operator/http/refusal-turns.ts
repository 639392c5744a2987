/**
 * Refusals in turns of the event loop, so many in each. Every answer brings its sender's next request: without turns a
 * flood makes each round of the loop as long as all its senders together need, and a genuine webhook, and the API
 * server's answer to it, wait for several such rounds.
 */
export interface RefusalTurns {
  /** Calls `refuse` now, or after those that came before it. */
  take(refuse: () => void): void;
}

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
      if (given === perTurn) {
        waiting.push(refuse);
        return;
      }
      if (given === 0) setImmediate(nextTurn);
      given += 1;
      refuse();
    },
  };
}
