/** Makes one attempt to deliver one event by one Alert: its gates, its metadata, its notifier (contract, *Gates*). */
import type { Program } from '../../cel/cel.ts';
import type { Alert } from '../api/alert/alert.ts';
import type { NotificationErrorCode } from '../api/errors.ts';
import type { Provider } from '../api/provider/provider.ts';
import type { Clock } from '../observe/clock.ts';
import { DeliveryError } from './delivery-error.ts';
import { type Combined, combinedEvent } from './events/event-metadata.ts';
import { eventValue } from './events/event-value.ts';
import type { FluxEvent } from './flux-event.ts';
import { type Gate, gateFor } from './matching/gates.ts';
import type { Notifiers, Prepared } from './notifiers.ts';
import type { ProviderType } from './provider-type.ts';
import { redact } from './redact.ts';
import { statusOf } from './send/answer-status.ts';
import { statusIdOf } from './status-id.ts';
import { objectPath } from './text/object-label.ts';
import { truncate } from './text/truncate.ts';

export interface Delivery {
  /** Its metadata have their prefixes. */
  readonly event: FluxEvent;
  readonly alert: Alert;
  /** Undefined: there is none by the name that the Alert gives. */
  readonly provider: Provider | undefined;
  /** The Alert's `messageExpr`. */
  readonly message?: Program | undefined;
  /** It failed before: what was told of it then is not told again. */
  readonly isRetry?: boolean;
  /** Gets the status of the service's last answer. */
  readonly answer?: { status: number | undefined };
}

/** `delivered`, or the reason why there was nothing to deliver. */
export type Outcome = 'delivered' | 'provider suspended' | Exclude<Gate, 'open'>;

interface FailureDetails extends Pick<DeliveryFailure, 'stage' | 'code'> {
  readonly status?: number | undefined;
  readonly secrets?: readonly string[];
}

/** A failure that may be shown: without secrets. */
export class DeliveryFailure extends DeliveryError {
  /** `dispatch`: before anything was sent. */
  readonly stage: 'dispatch' | 'send';
  readonly code: NotificationErrorCode;
  /** Of the service's last answer. */
  readonly status: number | undefined;

  constructor(cause: DeliveryError, { stage, code, status, secrets = [] }: FailureDetails) {
    // Cut only then: half a secret would not be found.
    super(cause.verdict, truncate(redact(cause.message, secrets), MOST_SHOWN), { retryAfterMs: cause.retryAfterMs });
    this.stage = stage;
    this.code = code;
    this.status = status;
  }
}

/** A service may answer with a whole page. */
const MOST_SHOWN = 2_048;

export interface Deliverer {
  /** @throws DeliveryFailure */
  deliver(delivery: Delivery): Promise<Outcome>;
}

export interface DelivererOptions {
  readonly types: ReadonlyMap<string, ProviderType>;
  readonly notifiers: Notifiers;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
  /** The feature gate `ObjectLevelWorkloadIdentity`. */
  readonly workloadIdentity: boolean;
  /** Called with the metadata keys that several sources have. */
  readonly onConflicts: (delivery: Delivery, conflicts: Combined['conflicts']) => void;
  /** The Alert's `messageExpr` failed, so that the event's own message is sent. */
  readonly onMessageFailed: (alert: Alert, error: unknown) => void;
  readonly clock: Clock;
}

export function createDeliverer(options: DelivererOptions): Deliverer {
  return { deliver: (delivery) => deliver(options, delivery) };
}

async function deliver(options: DelivererOptions, delivery: Delivery): Promise<Outcome> {
  const { event, alert, provider } = delivery;
  checkNamespace(options, event, alert);
  if (provider === undefined) throw failed(new DeliveryError('final', missingProvider(alert)));
  if (provider.spec.suspend === true) return 'provider suspended';
  const purpose = options.types.get(provider.spec.type)?.purpose ?? 'message';
  const gate = gateFor(event, purpose);
  if (gate !== 'open') return gate;
  if (provider.spec.serviceAccountName && !options.workloadIdentity) {
    const message =
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller';
    throw failed(new DeliveryError('final', message));
  }
  const { event: whole, conflicts } = combinedEvent(event, alert);
  if (conflicts.length > 0 && delivery.isRetry !== true) options.onConflicts(delivery, conflicts);
  const combined = withMessage(options, delivery, whole);
  const { prepared, statusId } = await prepare(options, { event: combined, alert, provider });
  const status = await send(options, prepared, { event: combined, alert, statusId });
  if (delivery.answer !== undefined) delivery.answer.status = status;
  return 'delivered';
}

function withMessage(options: DelivererOptions, { alert, message, isRetry }: Delivery, event: FluxEvent): FluxEvent {
  if (message === undefined) return event;
  try {
    const written = message.evaluate({ event: eventValue(event), alert });
    return { ...event, message: String(written) };
  } catch (error) {
    if (isRetry !== true) options.onMessageFailed(alert, error);
    return event;
  }
}

function missingProvider({ spec }: Alert): string {
  const name = JSON.stringify(spec.providerRef.name);
  return `failed to read provider: providers.notification.toolkit.fluxcd.io ${name} not found`;
}

function checkNamespace({ sameNamespaceOnly }: DelivererOptions, event: FluxEvent, alert: Alert): void {
  const { namespace, name } = alert.metadata;
  if (!sameNamespaceOnly || event.involvedObject.namespace === namespace) return;
  const what = `alert '${namespace}/${name}' can't process event from '${objectPath(event)}'`;
  const message = `discarding event, access denied to cross-namespace sources: ${what}, cross-namespace references have been blocked`;
  throw failed(new DeliveryError('final', message), 'SourceForbidden');
}

async function prepare(
  { notifiers, types }: DelivererOptions,
  delivery: { readonly event: FluxEvent; readonly alert: Alert; readonly provider: Provider },
): Promise<{ readonly prepared: Prepared; readonly statusId: string }> {
  try {
    const isCommitStatus = types.get(delivery.provider.spec.type)?.purpose === 'commit status';
    const statusId = isCommitStatus ? statusIdOf(delivery) : '';
    return { prepared: await notifiers.for(delivery.provider), statusId };
  } catch (error) {
    // Nothing of a Secret was read into the message.
    throw failed(asDeliveryError(error));
  }
}

/** @returns the status of the service's last answer. */
async function send(
  { clock }: DelivererOptions,
  { notifier, secrets, timeoutMs }: Prepared,
  notification: Parameters<typeof notifier.send>[0],
): Promise<number | undefined> {
  const attempt = new AbortController();
  const { signal } = attempt;
  // AbortSignal.timeout costs several times as much.
  const timer = clock.setTimeout(() => attempt.abort(timedOut(timeoutMs)), timeoutMs);
  try {
    await notifier.send(notification, signal);
    return statusOf(signal);
  } catch (error) {
    // A client may say of the end of its time what it likes.
    const cause = asDeliveryError(signal.aborted && !(error instanceof DeliveryError) ? signal.reason : error);
    const status = statusOf(signal);
    throw new DeliveryFailure(cause, { stage: 'send', code: codeOf(cause, status), status, secrets });
  } finally {
    timer.cancel();
  }
}

function timedOut(timeoutMs: number): DeliveryError {
  const message = `failed to execute request: context deadline exceeded (no answer within ${timeoutMs / 1_000}s)`;
  return new DeliveryError('passing', message);
}

/** What fails before anything was answered, and for good, cannot be sent. */
function codeOf({ verdict }: DeliveryError, status: number | undefined): NotificationErrorCode {
  if (status !== undefined) return 'ProviderRefused';
  return verdict === 'final' ? 'ProviderInvalid' : 'ProviderUnreachable';
}

function failed(cause: DeliveryError, code: NotificationErrorCode = 'ProviderInvalid'): DeliveryFailure {
  return new DeliveryFailure(cause, { stage: 'dispatch', code });
}

function asDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  return new DeliveryError('passing', error instanceof Error ? error.message : 'failed', { cause: error });
}
