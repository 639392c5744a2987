/** Reports what became of events: in the log, and in Kubernetes Events on the Alert (contract, *Delivery*). */
import { ALERT_KIND, ALERTING_API_VERSION, type Alert } from '../api/alert/alert.ts';
import { messageOf } from '../api/message-of.ts';
import type { Provider } from '../api/provider/provider.ts';
import type { Regarding } from '../kube/events/event-series.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import { regarding } from '../kube/events/regarding.ts';
import type { Logger } from '../observe/log.ts';
import type { DeliveryFailure } from './deliver.ts';
import type { Combined } from './events/event-metadata.ts';
import type { FluxEvent } from './flux-event.ts';
import type { CompiledAlert } from './matching/compile-alert.ts';
import { objectPath } from './text/object-label.ts';

export interface AlertReports {
  dispatching(event: FluxEvent): void;
  unmatched(event: FluxEvent): void;
  duplicate(event: FluxEvent): void;
  /** The labels that the Alert asks for cannot be read: the object is gone. */
  sourceMissing(alert: Alert, event: FluxEvent): void;
  /** A metadata key that a type needs is missing, so the event is not for it. */
  missingKey(alert: Alert, event: FluxEvent, what: 'commit' | 'change request'): void;
  conflicts(alert: Alert, event: FluxEvent, conflicts: Combined['conflicts']): void;
  /** A part of the Alert's spec is left out. */
  invalidConfig(alert: Alert, fault: string): void;
  filterFailed(alert: CompiledAlert, error: unknown): void;
  messageFailed(alert: Alert, error: unknown): void;
  /** Something of a Provider works and should be changed. */
  deprecated(provider: Provider, message: string): void;
  /** Flux's finalizer was released. */
  migrated(alert: Alert): void;
  /** The process ends before the Alerts were known that the event is for, or the labels of its object. */
  unmatchedAtEnd(event: FluxEvent): void;
  /** The process ends before the notification was delivered. */
  abandoned(alert: Alert, event: FluxEvent): void;
  /** `retryInMs` undefined: the notification is given up. */
  failed(alert: Alert, event: FluxEvent, failure: DeliveryFailure, retryInMs: number | undefined): void;
  /** As `failed`, where that was told before: for the debug log alone. */
  failedAgain(alert: Alert, event: FluxEvent, failure: DeliveryFailure, retryInMs: number | undefined): void;
}

export interface AlertReportsOptions {
  /** Of this replica: it alone has seen the event. */
  readonly events: EventRecorder;
  readonly log: Logger;
}

const MISSING_KEY = {
  commit: 'event dropped for commit status providers due to missing commit metadata key',
  'change request': 'event dropped for change request providers due to missing change request metadata key',
};
const GIVEN_UP = {
  dispatch: 'failed to dispatch notification',
  send: 'failed to send notification',
};
const RETRYING = {
  dispatch: 'failed to dispatch notification: retrying',
  send: 'failed to send notification: retrying',
};
const CONFLICTS =
  'metadata key conflicts detected (please refer to the Alert API docs and Flux RFC 0008 for more information)';

export function createAlertReports({ events, log }: AlertReportsOptions): AlertReports {
  const logger = log.child({ logger: 'event-server' });
  const warn = (alert: Alert, reason: string, note: string, annotations?: Readonly<Record<string, string>>): void =>
    events.record(regardingAlert(alert), { type: 'Warning', reason, note, ...(annotations && { annotations }) });
  return {
    dispatching: (event) => logger.info({ ...about(event), message: event.message }, 'dispatching event'),
    unmatched: (event) => logger.info(about(event), 'discarding event, no alerts found for the involved object'),
    duplicate: (event) => logger.debug(about(event), 'Discarding event, rate limiting duplicate events'),
    sourceMissing: (alert, event) =>
      warn(alert, 'SourceFetchFailed', `error getting source object ${objectPath(event)}`),
    missingKey(alert, event, what) {
      logger.info({ ...about(event), ...aboutAlert(alert) }, MISSING_KEY[what]);
    },
    conflicts(alert, event, conflicts) {
      const fields = { ...about(event), ...aboutAlert(alert), conflictingKeys: conflicts };
      logger.info(fields, `warning: ${CONFLICTS}`);
      // With a name that is none the API server would refuse the whole Event.
      const named = conflicts.filter(({ key }) => ANNOTATION.test(key));
      const annotations = named.map(({ key, sources }) => [key, sources.join(', ')]);
      warn(alert, 'MetadataAppendFailed', CONFLICTS, Object.fromEntries(annotations));
    },
    invalidConfig(alert, fault) {
      logger.error({ ...aboutAlert(alert), error: fault }, 'an expression of the Alert is left out');
      warn(alert, 'InvalidConfig', fault);
    },
    filterFailed({ alert }, error) {
      const note = `spec.filterExpr failed, so the event passes: ${messageOf(error)}`;
      logger.error({ ...aboutAlert(alert), error: messageOf(error) }, 'spec.filterExpr failed: the event passes');
      warn(alert, 'InvalidConfig', note);
    },
    messageFailed(alert, error) {
      const note = `spec.messageExpr failed, so the event's own message is sent: ${messageOf(error)}`;
      logger.error(
        { ...aboutAlert(alert), error: messageOf(error) },
        "spec.messageExpr failed: the event's own message is sent",
      );
      warn(alert, 'InvalidConfig', note);
    },
    deprecated: ({ metadata: { name, namespace } }, message) =>
      logger.warn({ provider: { name, namespace }, reason: message }, 'deprecated setting of a Provider'),
    migrated: (alert) =>
      events.record(regardingAlert(alert), {
        type: 'Normal',
        reason: 'Migration',
        note: 'removed finalizer from Alert to migrate to static Alert',
      }),
    unmatchedAtEnd: (event) => logger.error(about(event), 'event given up: the process ends before it was matched'),
    abandoned: (alert, event) =>
      logger.error(
        { ...about(event), ...aboutAlert(alert) },
        'notification given up: the process ends before it was delivered',
      ),
    failed(alert, event, { stage, message }, retryInMs) {
      const fields = { ...about(event), ...aboutAlert(alert), error: message };
      if (retryInMs === undefined) logger.error(fields, GIVEN_UP[stage]);
      else logger.warn({ ...fields, retryInMs: Math.round(retryInMs) }, RETRYING[stage]);
      warn(alert, 'NotificationDispatchFailed', `failed to ${stage} notification for ${objectPath(event)}: ${message}`);
    },
    failedAgain: (alert, event, { stage, message }, retryInMs) =>
      logger.debug(
        { ...about(event), ...aboutAlert(alert), error: message, retryInMs },
        `failed to ${stage} notification again: retrying`,
      ),
  };
}

/** The name of an annotation, with a prefix or without (Kubernetes, `IsQualifiedName`). */
const ANNOTATION = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9.]{0,251}[A-Za-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;

function about({ involvedObject: { kind, name, namespace } }: FluxEvent) {
  return { eventInvolvedObject: { kind, name, namespace } };
}

function aboutAlert({ metadata: { name, namespace }, spec }: Alert) {
  return { alert: { name, namespace, providerName: spec.providerRef.name } };
}

function regardingAlert({ metadata }: Alert): Regarding {
  return regarding({ apiVersion: ALERTING_API_VERSION, kind: ALERT_KIND }, metadata);
}
