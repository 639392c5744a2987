/** Reports targets that cannot be notified: one log message for each cause, and an Event on the Receiver. */
import { RequestError, type RequestErrorCode } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { isForbidden } from '../kube/api-error.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { Logger } from '../observe/log.ts';
import { regardingReceiver } from './receiver-event.ts';
import type { Route } from './route.ts';
import type { TargetEntry } from './target-entry.ts';

/** Whose target it is. */
export type Owner = Pick<Route, 'namespace' | 'name' | 'uid'>;

type Named = Pick<TargetEntry, 'field' | 'apiVersion' | 'kind' | 'namespace' | 'name'>;

export interface TargetReports {
  /** An entry of a Receiver that could not be notified. Never throws, never waits. */
  failed(owner: Owner, entry: Named, error: unknown): void;
}

export interface TargetReportsOptions {
  readonly events: Pick<EventRecorder, 'record'>;
  readonly log: Logger;
}

/** Why a target is not notified, and what to do about it. */
const MESSAGES = {
  TargetInvalid: 'target is not valid: correct the entry in spec.resources of the Receiver',
  TargetNotFound: 'target not found: correct its name in spec.resources of the Receiver, or create it',
  TargetForbidden: 'target is in another namespace, which --no-cross-namespace-refs blocks',
  TargetRefused: 'target not annotated: the API server refuses the PATCH',
  FilterFailed: 'filter failed: correct the expression; read fields that may be missing with has() or .?',
} as const satisfies Partial<Record<RequestErrorCode, string>>;

const NO_RIGHTS = 'target not annotated: the operator has no right to patch this kind';

function isReported(code: RequestErrorCode): code is keyof typeof MESSAGES {
  return Object.hasOwn(MESSAGES, code);
}

export function createTargetReports({ events, log }: TargetReportsOptions): TargetReports {
  return {
    failed({ namespace, name, uid }, entry, error) {
      const code = error instanceof RequestError ? error.code : 'TargetRefused';
      if (!isReported(code)) return;
      const cause = error instanceof RequestError ? error.cause : error;
      const message = isForbidden(cause) ? NO_RIGHTS : MESSAGES[code];
      const target = { apiVersion: entry.apiVersion, kind: entry.kind, namespace: entry.namespace, name: entry.name };
      const text = messageOf(error);
      log.error({ controller: 'receiver', namespace, name, target, code, error: text }, message);
      const note = `${message}: ${text}`;
      events.record(regardingReceiver({ namespace, name, uid }), { type: 'Warning', reason: code, note });
    },
  };
}
