/** The status that a Receiver should have, from the one it has and what its reconcile found. Pure. */
import type { ReceiverError } from '../api/errors.ts';
import { type Condition, REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import type { Receiver, ReceiverStatus } from '../api/receiver/receiver.ts';
import { type Exposed, outsideUrl } from '../exposure/urls.ts';
import { removeCondition, setCondition } from '../kube/conditions.ts';

/** Ready at a path, or not, and why. */
export type Outcome = { readonly path: string } | { readonly error: ReceiverError };

const NOTHING_FOUND =
  'no URL is reachable from outside the cluster: expose the operator by a Service, Ingress or HTTPRoute, or set spec.exposure';

const TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;

function wanted(
  outcome: Outcome,
): Partial<Record<(typeof TYPES)[number], Pick<Condition, 'status' | 'reason' | 'message'>>> {
  if ('path' in outcome) {
    const message = `Receiver initialized for path: ${outcome.path}`;
    return { Ready: { status: 'True', reason: 'Succeeded', message } };
  }
  const { code: reason, message, terminal } = outcome.error;
  const Ready = { status: 'False', reason, message } as const;
  if (terminal) return { Ready, Stalled: { status: 'True', reason, message } };
  return { Ready, Reconciling: { status: 'True', reason: 'ProgressingWithRetry', message } };
}

/** The path that the status then has. @param before the one that it has now. */
export function pathOf(outcome: Outcome, before: string | undefined): string | undefined {
  if ('path' in outcome) return outcome.path;
  return outcome.error.terminal ? before : undefined;
}

function exposedCondition({ urls, unfulfilled }: Exposed): Pick<Condition, 'status' | 'reason' | 'message'> {
  if (unfulfilled !== undefined) return { status: 'False', ...unfulfilled };
  if (urls.length === 0)
    return {
      status: 'False',
      reason: 'NotExposed',
      message: 'the Receiver has no webhook path: see its condition Ready',
    };
  if (outsideUrl(urls) !== undefined)
    return { status: 'True', reason: 'Exposed', message: 'give status.url to the sender' };
  return { status: 'False', reason: 'NotExposed', message: NOTHING_FOUND };
}

const NO_URLS: Exposed = { urls: [], unfulfilled: undefined };

/** Without a path there is no URL, whatever else is not known yet. */
function exposureWithoutPath({ webhookPath, url, urls }: ReceiverStatus): Exposed | undefined {
  return webhookPath === undefined && (url ?? urls) !== undefined ? NO_URLS : undefined;
}

/** The status with its URLs and the condition Exposed; unchanged while they are not known. */
function withExposure(status: ReceiverStatus, evaluated: Exposed | undefined, generation: number, nowMs: number) {
  const exposed = evaluated ?? exposureWithoutPath(status);
  if (exposed === undefined) return status;
  const { url: _url, urls: _urls, ...rest } = status;
  const observed = { type: 'Exposed', ...exposedCondition(exposed), observedGeneration: generation };
  const url = outsideUrl(exposed.urls);
  return {
    ...rest,
    conditions: setCondition(status.conditions, observed, nowMs),
    ...(url === undefined ? {} : { url }),
    ...(exposed.urls.length === 0 ? {} : { urls: [...exposed.urls] }),
  };
}

/**
 * @param nowMs since the epoch; the transition time of what changes, to the second.
 * @param exposed absent: not known yet, so that what the status says of it is left as it is.
 */
export function desiredStatus(receiver: Receiver, outcome: Outcome, nowMs: number, exposed?: Exposed): ReceiverStatus {
  const before = receiver.status ?? {};
  const generation = receiver.metadata.generation ?? 0;
  const want = wanted(outcome);
  let conditions = before.conditions ?? [];
  for (const type of TYPES) {
    const condition = want[type];
    conditions =
      condition === undefined
        ? removeCondition(conditions, type)
        : setCondition(conditions, { type, ...condition, observedGeneration: generation }, nowMs);
  }
  const settled = 'path' in outcome || outcome.error.terminal;
  const observedGeneration = settled ? generation : before.observedGeneration;
  const webhookPath = pathOf(outcome, before.webhookPath);
  const handled = receiver.metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? before.lastHandledReconcileAt;
  const { webhookPath: _path, observedGeneration: _generation, lastHandledReconcileAt: _handled, ...rest } = before;
  const status = {
    ...rest,
    conditions,
    ...(webhookPath === undefined ? {} : { webhookPath }),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
  };
  return withExposure(status, exposed, generation, nowMs);
}
