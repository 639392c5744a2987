/**
 * Every error that has an answer, and in one table what that answer is: the HTTP status for a sender, the condition
 * for an object. Messages are for logs and conditions; a sender never sees one.
 */

interface HttpAnswer {
  readonly status: 400 | 404 | 405 | 413 | 500 | 503;
}

interface ConditionAnswer {
  /** Terminal: Stalled, and looked at again only when the spec, the annotation or the Secret changes. Else retried. */
  readonly terminal: boolean;
}

const requestErrors = {
  PathUnknown: { status: 404 },
  MethodNotAllowed: { status: 405 },
  ReceiverUnavailable: { status: 503 },
  PendingFull: { status: 503 },
  BodyTooLarge: { status: 413 },
  BodyIncomplete: { status: 400 },
  SignatureMissing: { status: 400 },
  SignatureAmbiguous: { status: 400 },
  SignatureMalformed: { status: 400 },
  SignatureMismatch: { status: 400 },
  TokenMismatch: { status: 400 },
  TokenRejected: { status: 400 },
  ContentTypeUnsupported: { status: 400 },
  PayloadInvalid: { status: 400 },
  SecretIncomplete: { status: 400 },
  IssuerUnreachable: { status: 400 },
  IssuerInvalid: { status: 400 },
  VerificationFailed: { status: 400 },
  EventNotListed: { status: 400 },
  FilterFailed: { status: 500 },
  FilterInputInvalid: { status: 500 },
  TargetInvalid: { status: 500 },
  TargetNotFound: { status: 500 },
  TargetForbidden: { status: 500 },
  TargetRefused: { status: 500 },
} as const satisfies Record<string, HttpAnswer>;

const receiverErrors = {
  TokenNotFound: { terminal: false },
  InvalidCELExpression: { terminal: true },
  ValidationFailed: { terminal: true },
  PathCollision: { terminal: true },
} as const satisfies Record<string, ConditionAnswer>;

export type RequestErrorCode = keyof typeof requestErrors;
export type ReceiverErrorCode = keyof typeof receiverErrors;

/** A webhook request that is not served; {@link httpStatusOf} gives its answer. It has no stack. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string = code, options?: ErrorOptions) {
    // Any stranger can cause one, nobody reads its stack, and making that was a tenth of what a forged request cost.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RequestError';
    this.code = code;
  }
}

/** A Receiver that cannot be served as it is written; its message says what to change, its code is the reason. */
export class ReceiverError extends Error {
  readonly code: ReceiverErrorCode;

  constructor(code: ReceiverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReceiverError';
    this.code = code;
  }

  get terminal(): boolean {
    return receiverErrors[this.code].terminal;
  }
}

/** The status code for a request that failed with `code`. */
export function httpStatusOf(code: RequestErrorCode): number {
  return requestErrors[code].status;
}
