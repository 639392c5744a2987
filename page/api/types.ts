/** What the API answers, as far as the page reads it. */
import type { TraceNode } from '../../cel/cel.ts';
import type { ExplainedTarget, Explanation } from '../../operator/deliveries/explain/explanation.ts';
import type {
  Follow,
  FollowState,
  ObjectRef,
  TargetResult,
  Verdict,
} from '../../operator/deliveries/records/record.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';

export type {
  ExplainedTarget,
  Explanation,
  Follow,
  FollowState,
  ObjectRef,
  RecordView,
  TargetResult,
  TraceNode,
  Verdict,
};

/** The path segment of a kind. */
export type KindPath = 'receivers' | 'brokerreceivers' | 'alerts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface LastDelivery {
  readonly time: string;
  readonly event?: string;
  readonly verdict: Verdict;
  readonly code: string;
  readonly revision?: string;
}

export interface HourCount {
  readonly accepted: number;
  readonly refused: number;
}

/** An object of the list. */
export interface DeliveryObject {
  readonly object: ObjectRef;
  readonly type?: string;
  readonly url?: string;
  readonly conditions?: readonly Condition[];
  readonly lastDelivery?: LastDelivery;
  /** 24 of them, the current hour last. */
  readonly counts?: { readonly hours: readonly HourCount[] };
  readonly pushToArtifactMs?: number;
  /** Of an Alert, which has no status. */
  readonly resolved?: Omit<Condition, 'type'>;
}

export interface List<Item> {
  readonly items: readonly Item[];
  readonly continue?: string;
  readonly partial?: readonly string[];
  readonly recordingSince?: Readonly<Record<string, string>>;
}

/** A call of a path that no object is served at. */
export interface UnknownCall {
  readonly at: string;
  readonly from?: string;
  readonly method?: string;
  readonly code: string;
}

/** What another filter would have changed. */
export interface WhatIf {
  readonly total: number;
  readonly changed: number;
  readonly items: readonly { readonly id: string; readonly before: string; readonly after: string }[];
  readonly text: string;
}

export interface Settings {
  readonly replica: string;
  /** Whether replays are served. */
  readonly actions: boolean;
  /** A URL with `{kind}`, `{namespace}` and `{name}` of a page about a target. */
  readonly links?: string;
}
