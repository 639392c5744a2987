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
export interface Line {
  /** Without an answer. */
  open: number;
  /** The turn of the last one, and how many were open at its begin or came since. */
  turn: number;
  burst: number;
}

export interface Pipelining {
  /** One more request; false: it is too much, and not counted. */
  begin(line: Line): boolean;
  /** So many have their answers, or never will. */
  end(line: Line, requests: number): void;
}

export function createPipelining({ maxPipelinedRequests, maxPipelinedInAll }: PipeliningLimits): Pipelining {
  let pipelined = 0;
  /** Only those with requests are counted. */
  let turn = 0;
  let isCounted = false;

  function isBurst(line: Line): boolean {
    if (!isCounted) {
      isCounted = true;
      setImmediate(() => {
        turn++;
        isCounted = false;
      });
    }
    if (line.turn !== turn) {
      line.turn = turn;
      line.burst = line.open;
    }
    line.burst++;
    return line.burst > maxPipelinedRequests;
  }

  return {
    begin(line) {
      if (isBurst(line) || (line.open > 0 && pipelined >= maxPipelinedInAll)) return false;
      if (line.open > 0) pipelined++;
      line.open++;
      return true;
    },
    end(line, requests) {
      const before = line.open;
      line.open = Math.max(before - requests, 0);
      pipelined -= Math.max(before - 1, 0) - Math.max(line.open - 1, 0);
    },
  };
}
