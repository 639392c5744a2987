/**
 * Bounds the requests of senders that do not wait for their answers. node:http reads a thousand requests of a socket at
 * once, up to two megabytes in one turn of the event loop, and bounds those it keeps only by the bytes of their answers.
 */
export interface PipeliningLimits {
  /** Requests without an answer, or that came in one turn of the event loop, of one connection. */
  readonly maxPipelinedRequests: number;
  /** Requests without an answer over all connections, but for the first of each. */
  readonly maxPipelinedInAll: number;
}

/** The requests of one connection. */
export interface RequestQueue {
  /** Without an answer. */
  open: number;
  /** The turn of the last one, and how many were open at its begin or came since. */
  turn: number;
  burst: number;
}

export interface Pipelining {
  /** One more request; false: it is too much, and not counted. */
  begin(queue: RequestQueue): boolean;
  /** So many have their answers, or never will. */
  end(queue: RequestQueue, requests: number): void;
}

export function createPipelining({ maxPipelinedRequests, maxPipelinedInAll }: PipeliningLimits): Pipelining {
  let pipelined = 0;
  /** Only those with requests are counted. */
  let turn = 0;
  let isCounted = false;

  function isBurst(queue: RequestQueue): boolean {
    if (!isCounted) {
      isCounted = true;
      setImmediate(() => {
        turn++;
        isCounted = false;
      });
    }
    if (queue.turn !== turn) {
      queue.turn = turn;
      queue.burst = queue.open;
    }
    queue.burst++;
    return queue.burst > maxPipelinedRequests;
  }

  return {
    begin(queue) {
      if (isBurst(queue) || (queue.open > 0 && pipelined >= maxPipelinedInAll)) return false;
      if (queue.open > 0) pipelined++;
      queue.open++;
      return true;
    },
    end(queue, requests) {
      const before = queue.open;
      queue.open = Math.max(before - requests, 0);
      pipelined -= Math.max(before - 1, 0) - Math.max(queue.open - 1, 0);
    },
  };
}
