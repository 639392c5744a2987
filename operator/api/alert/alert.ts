/** The Alert object as users write it: which events go to which Provider. It has no status. */
import { GROUP, type ObjectMeta } from '../meta.ts';

export const ALERT_KIND = 'Alert';
export const ALERT_PLURAL = 'alerts';
/** Of Alerts and Providers. */
export const ALERTING_VERSION = 'v1beta3';
export const ALERTING_API_VERSION = `${GROUP}/${ALERTING_VERSION}`;

/** One entry of `spec.eventSources`: the objects whose events the Alert takes. */
export interface EventSource {
  apiVersion?: string;
  kind: string;
  /** A name, or `*` for every object of the kind. */
  name: string;
  /** Absent: the Alert's own. */
  namespace?: string;
  matchLabels?: Record<string, string>;
}

export interface AlertSpec {
  providerRef: { name: string };
  eventSources: EventSource[];
  eventSeverity?: 'info' | 'error';
  inclusionList?: string[];
  exclusionList?: string[];
  eventMetadata?: Record<string, string>;
  summary?: string;
  suspend?: boolean;
  /** CEL of type bool over `event`: which events pass. */
  filterExpr?: string;
  /** CEL of type string over `event` and `alert`: what is sent in place of the event's message. */
  messageExpr?: string;
}

export interface Alert {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { namespace: string };
  spec: AlertSpec;
}
