/** Why each target of a Receiver is or is not annotated by one request: what people, pages and scripts read. */
import type { TraceNode } from '../../../cel/cel.ts';

/** What becomes of a target. `refused`: the request, or this target's part of it, is answered with an error. */
export type TargetOutcome = 'annotated' | 'filtered' | 'refused' | 'ignored';

export interface ExplainedRequest {
  /** `skipped`: nobody asked by a path; `unknown`: the Receiver is not served. */
  readonly path: 'known' | 'unknown' | 'skipped';
  readonly type: string;
  /**
   * `bad`: what the code of the answer says, or the event is refused before it. `skipped`: the body was judged when it
   * came, or the request has no proof, or there is no Secret to judge it by; it is taken as genuine.
   */
  readonly proof: 'good' | 'bad' | 'skipped';
  /** '': there is none. */
  readonly contentType: string;
  /** '': the request names none, or events mean nothing to the type. */
  readonly event: string;
  /** Whether `spec.events` lets the event pass. */
  readonly eventListed: boolean;
}

export interface ExplainedTarget {
  /** `GitRepository/apps/app` */
  readonly ref: string;
  /** The entry that selects it: `spec.resources[0]`. */
  readonly entry: string;
  readonly outcome: TargetOutcome;
  /** Of the table of errors; `Delivered` where there is none. One that is annotated has it of another event of the request. */
  readonly code: string;
  /** What the two filters were; absent where there is no such filter, or it was not asked. */
  readonly tree: { readonly resourceFilter?: TraceNode; readonly filter?: TraceNode };
  readonly text: string;
}

export interface Explanation {
  readonly request: ExplainedRequest;
  readonly targets: readonly ExplainedTarget[];
  /** What the sender is answered. */
  readonly answer: { readonly status: number; readonly code: string };
  /** All of it for people: a line each, equal wherever it is shown. */
  readonly text: string;
}
