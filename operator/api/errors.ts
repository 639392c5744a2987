/**
 * Every error that has an answer, in one table: the HTTP status for a sender, the condition for an object, and the
 * outcome of a broker's message. Messages are for logs and conditions; a sender never sees one.
 */

/**
 * What becomes of a broker's message. `done`: it is acknowledged. `poison`: it fails every time, and goes to the dead
 * letters. `failing`: it is tried again a bounded number of times, because someone may mend the cause. `away`: it is held
 * until the API server is back, and no attempt is counted. From the worst to the best: away, failing, poison, done.
 */
export type MessageOutcome = 'done' | 'poison' | 'failing' | 'away';

export interface ErrorEntry {
  /** HTTP status. Absent: no request is answered with this code. */
  readonly status?: number;
  /** Seconds in the answer's `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** The connection is closed without an answer. */
  readonly closes?: true;
  /** The code is the reason of a condition. `terminal`: Stalled until spec, annotation or Secret change; `retried`: with back-off. */
  readonly condition?: 'terminal' | 'retried';
  /** Absent: no broker's message ends with this code. */
  readonly outcome?: MessageOutcome;
  /** What a notification with this code is, or is going to be. Absent: no notification has it. */
  readonly notification?: 'ignored' | 'refused';
  /** For people: one line for the docs, no full stop. */
  readonly meaning: string;
}

const errors = {
  PathUnknown: { status: 404, meaning: 'no object is served at this path' },
  PathWithdrawn: { status: 404, meaning: 'the path was that of the Receiver until its token or name changed' },
  MethodNotAllowed: { status: 405, meaning: 'the path does not take this method; `Allow` lists those it takes' },
  ReceiverUnavailable: {
    status: 503,
    outcome: 'away',
    meaning: 'the Receiver is suspended, stalled or not loaded yet',
  },
  PendingFull: {
    status: 503,
    retryAfterSeconds: 1,
    outcome: 'away',
    meaning: 'the API server cannot be reached, and `--max-pending-notifications` are pending already',
  },
  BodyTooLarge: { status: 413, outcome: 'poison', meaning: 'the body is over the limit' },
  BodyIncomplete: { status: 400, meaning: 'the connection ended before the body did' },
  SignatureMissing: { status: 400, outcome: 'poison', meaning: 'the signature header is missing' },
  SignatureAmbiguous: { status: 400, outcome: 'poison', meaning: 'the signature header comes twice' },
  SignatureMalformed: { status: 400, outcome: 'poison', meaning: 'the signature has the wrong form' },
  SignatureMismatch: { status: 400, outcome: 'poison', meaning: 'the signature does not fit the body and the token' },
  SignatureExpired: {
    status: 400,
    outcome: 'poison',
    meaning: 'the signature was made more than five minutes before or after now',
  },
  TokenMismatch: { status: 400, outcome: 'poison', meaning: "the token in the header is not the Secret's" },
  TokenRejected: {
    status: 400,
    outcome: 'poison',
    meaning: 'the ID token is missing, malformed, expired or not for this Receiver',
  },
  TokenInQuery: { status: 400, outcome: 'poison', meaning: 'the query has an `access_token`, which logs would show' },
  TopicNotListed: {
    status: 400,
    outcome: 'poison',
    meaning: 'the topic of Amazon SNS is none of those that are listed',
  },
  CertificateUnreachable: {
    status: 500,
    outcome: 'away',
    meaning: 'the certificate of a signature of Amazon SNS cannot be fetched',
  },
  SubscriptionFailed: {
    status: 500,
    outcome: 'failing',
    meaning: 'the subscription to a topic of Amazon SNS could not be confirmed',
  },
  OriginMissing: { status: 400, meaning: 'a request with `OPTIONS` has no `WebHook-Request-Origin`' },
  ContentTypeUnsupported: { status: 400, outcome: 'poison', meaning: 'the type does not take this content type' },
  PayloadInvalid: { status: 400, outcome: 'poison', meaning: "the body has not the form of the Receiver's type" },
  SecretIncomplete: {
    status: 400,
    outcome: 'failing',
    meaning: "the Secret lacks a key that the Receiver's type needs",
  },
  IssuerUnreachable: { status: 400, outcome: 'away', meaning: 'the OIDC issuer cannot be reached' },
  IssuerInvalid: {
    status: 400,
    outcome: 'failing',
    meaning: 'the OIDC issuer serves a discovery document or keys that cannot be used',
  },
  VerificationFailed: {
    status: 400,
    outcome: 'poison',
    meaning: 'a validation of the Receiver does not hold, or failed',
  },
  EventNotListed: { status: 400, outcome: 'done', meaning: '`spec.events` does not list the event' },
  FilterFailed: { status: 500, outcome: 'poison', meaning: 'a filter failed while it ran' },
  FilterInputInvalid: { status: 500, outcome: 'poison', meaning: 'a filter is set, and the body is not a JSON object' },
  TargetInvalid: { status: 500, outcome: 'failing', meaning: 'an entry of `spec.resources` cannot be used as written' },
  TargetNotFound: { status: 500, outcome: 'failing', meaning: 'a resource does not exist' },
  TargetForbidden: {
    status: 500,
    outcome: 'failing',
    meaning: 'a resource is in another namespace, with `--no-cross-namespace-refs`',
  },
  TargetRefused: { status: 500, outcome: 'failing', meaning: 'the API server refused to annotate a resource' },

  BodiesFull: {
    status: 503,
    retryAfterSeconds: 1,
    meaning: 'the bodies in flight fill `--max-bodies-in-flight`, and none ended in time',
  },
  RefusedTooOften: { status: 429, meaning: 'the sender was refused more often than `--refused-rate-limit`' },
  ExpectationFailed: { status: 417, meaning: 'the header `Expect` asks for something else than `100-continue`' },
  InternalError: { status: 500, outcome: 'failing', meaning: 'a fault of the operator, whose stack is in the log' },
  Malformed: { status: 400, meaning: 'the bytes are not an HTTP request, or one without `Host`' },
  HeadersTooLarge: { status: 431, meaning: 'the headers are over the limit' },
  TimedOut: { status: 408, meaning: 'the headers or the body did not arrive in time' },

  ProviderInvalid: {
    notification: 'refused',
    meaning: 'the Provider, or what it names, is missing, cannot be read, or cannot work as written',
  },
  ProviderUnreachable: { notification: 'refused', meaning: 'the service of the Provider did not answer' },
  ProviderRefused: { notification: 'refused', meaning: 'the service of the Provider did not take the notification' },
  SourceForbidden: {
    notification: 'refused',
    meaning: "the event's object is in another namespace than the Alert, with `--no-cross-namespace-refs`",
  },
  NotificationsFull: {
    notification: 'refused',
    meaning: 'the notification made room for others: `--max-pending-events`, or 64 MiB, were pending',
  },
  EventExcluded: {
    notification: 'ignored',
    meaning: 'a rule of the Alert, or the type of its Provider, leaves the event out',
  },
  AlertSuspended: { notification: 'ignored', meaning: 'the Alert or its Provider is suspended' },

  TooManyConnections: { closes: true, meaning: 'the server has as many connections as it may have' },
  TooManyOfAddress: { closes: true, meaning: 'the address has as many connections as it may have' },
  TooManyPipelined: { closes: true, meaning: 'the sender sent more requests than it may without waiting for answers' },
  ProxyHeaderInvalid: { closes: true, meaning: 'a trusted proxy sent no PROXY header, or a broken one' },
  TlsFailed: { closes: true, meaning: 'the TLS handshake failed or took too long' },

  TokenNotFound: {
    condition: 'retried',
    meaning: 'the Secret, its key `token`, or another key that the type needs is missing, empty or not usable',
  },
  InvalidCELExpression: { condition: 'terminal', meaning: 'a filter does not compile, or its type is not `bool`' },
  ValidationFailed: { condition: 'terminal', meaning: 'the spec breaks a rule that spans several fields' },
  PathCollision: { condition: 'terminal', meaning: 'an older Receiver has the same path' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;
type CodeWith<Column extends keyof ErrorEntry> = {
  [Code in ErrorCode]: Column extends keyof (typeof errors)[Code] ? Code : never;
}[ErrorCode];

/** A request is answered with these. */
export type RequestErrorCode = CodeWith<'status'>;
/** A connection is closed with these. */
export type ConnectionErrorCode = CodeWith<'closes'>;
/** A notification is not sent for these. */
export type NotificationErrorCode = CodeWith<'notification'>;
/** These are the reasons of conditions. */
export type ReceiverErrorCode = CodeWith<'condition'>;

/** All codes and their answers, in the order of the docs. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = errors;

export interface RequestErrorOptions extends ErrorOptions {
  /** In place of the table's. */
  readonly retryAfterSeconds?: number;
}

/** A request that is not served; {@link errorTable} gives its answer. It has no stack. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** Undefined: the sender is not asked to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RequestErrorCode, message: string = code, options?: RequestErrorOptions) {
    // Any stranger can cause one, nobody reads its stack, and making that was a tenth of what a forged request cost.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RequestError';
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? errorTable[code].retryAfterSeconds;
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
    return errors[this.code].condition === 'terminal';
  }
}

/** The status code for a request that failed with `code`. */
export function httpStatusOf(code: RequestErrorCode): number {
  return errors[code].status;
}
