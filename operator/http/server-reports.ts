/** The names under which a server counts and logs; its endpoint's feature chooses them, so that no two servers are confused. */
import type { HttpMetrics } from '../observe/metrics.ts';

/** Where a server counts; each server has metrics and labels of its own. */
export interface ServerMetrics {
  readonly http: HttpMetrics;
  /** The label `handler` of `http`. A path may be a secret, so this is the part that all paths have in common. */
  readonly handler: string;
  /** The label `handler` by the path, one of a bounded set; absent: always the one above. */
  readonly handlerOf?: ((path: string) => string) | undefined;
  /** Requests by the endpoint's label, or `unknown`, and by their result: an error's code, or `resultOf` the status. */
  readonly requests: { inc(labels: { readonly type: string; readonly result: string }): void };
  /** Seconds from a request's head to its answer; absent: `http` says enough. */
  readonly duration?: { observe(labels: { readonly type: string; readonly code: string }, seconds: number): void };
  /** The result of a request that was served, one of a bounded set. */
  readonly resultOf: (status: number) => string;
}

/** The constant messages of a server's log lines, one for each outcome that is logged. */
export interface ServerMessages {
  /** A request got another answer than 2xx; sampled. */
  readonly refused: string;
  /** A request ended in a fault of the operator. */
  readonly failed: string;
}
