/**
 * The last line of defence around a type: whatever its code throws at a request, what comes out is a RequestError. No
 * input is known that needs it.
 */
import { RequestError, type RequestErrorCode } from '../api/errors.ts';
import type { JudgeBody, WebhookRequest, WebhookType, WebhookVerifier } from './webhook-type.ts';

function coded(error: unknown, code: RequestErrorCode): RequestError {
  return error instanceof RequestError ? error : new RequestError(code, 'unexpected error', { cause: error });
}

function guardedVerifier(verifier: WebhookVerifier): WebhookVerifier {
  return {
    head(head) {
      try {
        return guardedJudge(verifier.head(head));
      } catch (error) {
        throw coded(error, 'VerificationFailed');
      }
    },
  };
}

function guardedJudge(judgeBody: JudgeBody): JudgeBody {
  return (body) => {
    try {
      const verified = judgeBody(body);
      if (!(verified instanceof Promise)) return verified;
      return verified.catch((error: unknown) => {
        throw coded(error, 'VerificationFailed');
      });
    } catch (error) {
      throw coded(error, 'VerificationFailed');
    }
  };
}

export function guarded(type: WebhookType): WebhookType {
  const { events, filterInput, form } = type;
  return {
    ...type,
    prepare: (settings) => guardedVerifier(type.prepare(settings)),
    ...(form === undefined ? {} : { form: guardedVerifier(form) }),
    ...(events === undefined ? {} : { events: { ...events, read: guardedRead(events.read, 'PayloadInvalid') } }),
    ...(filterInput === undefined ? {} : { filterInput: guardedRead(filterInput, 'FilterInputInvalid') }),
  };
}

function guardedRead<T>(read: (request: WebhookRequest) => T, code: RequestErrorCode): (request: WebhookRequest) => T {
  return (request) => {
    try {
      return read(request);
    } catch (error) {
      throw coded(error, code);
    }
  };
}
