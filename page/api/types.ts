/** What the API answers, by the names that the page has for it: types of the operator, of which nothing is in the page. */
import type { TraceNode } from '../../cel/cel.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ObjectView } from '../../operator/deliveries/api/object-view.ts';
import type { SettingsView } from '../../operator/deliveries/api/routes/settings.ts';
import type { UnknownCall } from '../../operator/deliveries/api/routes/unknown.ts';
import type { ExplainedTarget, Explanation } from '../../operator/deliveries/explain/explanation.ts';
import type { WhatIf } from '../../operator/deliveries/explain/what-if.ts';
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
  List,
  ObjectRef,
  ObjectView,
  RecordView,
  SettingsView,
  TargetResult,
  TraceNode,
  UnknownCall,
  Verdict,
  WhatIf,
};

/** The path segment of a kind. */
export type KindPath = 'receivers' | 'brokerreceivers' | 'alerts';

/** What a condition of an object says. */
export type ConditionView = Pick<ObjectView['conditions'][number], 'status' | 'reason' | 'message'>;
export type HourCount = ObjectView['counts']['hours'][number];
