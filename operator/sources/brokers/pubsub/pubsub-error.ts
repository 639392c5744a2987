/** Tells from what a call of Pub/Sub came to why the subscription cannot be read. Of an answer only its code is passed on. */
import { RefusedAddressError } from '../../../verify/guarded-lookup.ts';
import { SourceError, type SourceErrorCode } from '../../source-error.ts';
import type { Subscription } from './subscription.ts';

/** What was called: the end of its URL. */
export type PubSubAction = 'get' | 'pull' | 'acknowledge' | 'modifyAckDeadline';

const CODE = /^[A-Z][A-Z_]{1,63}$/;
const STATUSES: Readonly<Record<number, SourceErrorCode>> = {
  400: 'SourceUnsuitable',
  401: 'AuthenticationFailed',
  403: 'AccessDenied',
  404: 'SourceNotFound',
};

/** @param answer the JSON of an error: `{"error": {"status": "NOT_FOUND"}}` */
export function refusal(
  status: number,
  answer: unknown,
  action: PubSubAction,
  subscription: Subscription,
): SourceError {
  const { project, name } = subscription;
  const title = `${name} (${project})`;
  const said = codeOf(answer) ?? `status ${status}`;
  const messages: Partial<Record<SourceErrorCode, string>> = {
    SourceNotFound: `subscription ${title} does not exist; to make it: gcloud pubsub subscriptions create ${name} --project ${project} --topic TOPIC`,
    AccessDenied: `${action} on ${title} is denied: ${said}; grant roles/pubsub.subscriber on the subscription`,
    AuthenticationFailed: `the credentials for ${title} are refused: ${said}`,
    SourceUnsuitable: `${action} on ${title} cannot work: ${said}; is it a pull subscription?`,
  };
  const code = STATUSES[status] ?? 'Unreachable';
  return new SourceError(code, messages[code] ?? `${action} on ${title} failed: ${said}`);
}

/** @returns the error itself where it is one already: that of credentials that cannot be had. */
export function failure(error: unknown, action: PubSubAction, { name, project }: Subscription): Error {
  if (error instanceof SourceError) return error;
  const message = `${action} on ${name} (${project}) failed: ${connectionCode(error)}`;
  return new SourceError('Unreachable', message, { cause: error });
}

function codeOf(answer: unknown): string | undefined {
  const { error } = (answer ?? {}) as { readonly error?: { readonly status?: unknown } };
  const status = error?.status;
  return typeof status === 'string' && CODE.test(status) ? status : undefined;
}

function connectionCode(error: unknown): string {
  if (error instanceof AggregateError) return connectionCode(error.errors[0]);
  if (!(error instanceof Error)) return 'no answer';
  if (error instanceof RefusedAddressError) return 'the address is link-local';
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^\w{1,64}$/.test(code)) return code;
  return error.cause === undefined ? 'no answer' : connectionCode(error.cause);
}
