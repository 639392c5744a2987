/** What the API answers when it does not do what it is asked: RFC 9457, with a code of this one table. */

interface ProblemEntry {
  readonly status: number;
  readonly title: string;
  /** Seconds in the answer's `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

const problems = {
  Malformed: { status: 400, title: 'The bytes are no HTTP request' },
  ParameterInvalid: { status: 400, title: 'A parameter cannot be used' },
  BodyInvalid: { status: 400, title: 'The body cannot be used' },
  HeaderInvalid: { status: 400, title: 'A header cannot be used' },
  InvalidCELExpression: { status: 400, title: 'A filter cannot be used' },
  Unauthorized: { status: 401, title: 'A valid token is needed' },
  HostForbidden: { status: 403, title: 'The page is not served under this host' },
  OriginForbidden: { status: 403, title: 'The request comes from another site' },
  ActionsOff: { status: 403, title: 'Actions are switched off' },
  NotFound: { status: 404, title: 'It does not exist, or it is not yours to see' },
  MethodNotAllowed: { status: 405, title: 'The path does not take this method' },
  TimedOut: { status: 408, title: 'The request did not arrive in time' },
  NoBody: { status: 409, title: 'The body of the delivery is not kept' },
  BodyTooLarge: { status: 413, title: 'The body is over the limit' },
  TooManyRequests: { status: 429, title: 'Too much is asked for at the same time', retryAfterSeconds: 1 },
  TooManyStreams: { status: 429, title: 'As many streams are open as may be', retryAfterSeconds: 15 },
  TooManyReplays: { status: 429, title: 'The deliveries of the Receiver are replayed too often' },
  HeadersTooLarge: { status: 431, title: 'The headers are over the limit' },
  InternalError: { status: 500, title: 'A fault of the operator, whose stack is in the log' },
  TooSlow: { status: 503, title: 'It takes longer than it may' },
  NotSynced: { status: 503, title: 'The objects are not all known yet', retryAfterSeconds: 1 },
  ApiServerUnavailable: {
    status: 503,
    title: 'The API server cannot say what the token allows',
    retryAfterSeconds: 5,
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof problems;

/** All codes, in the order of the docs. */
export const problemTable: Readonly<Record<ProblemCode, ProblemEntry>> = problems;

export interface ProblemOptions extends ErrorOptions {
  /** The parameter at fault: its name in the query, the path or the body. */
  readonly parameter?: string;
  /** In place of the table's. */
  readonly retryAfterSeconds?: number;
}

/** A request that is not served. Its detail is shown to whoever asked: it holds nothing that is secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly parameter: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.code = code;
    this.parameter = options.parameter;
    this.retryAfterSeconds = options.retryAfterSeconds ?? problemTable[code].retryAfterSeconds;
  }
}

/** The body of the answer: `application/problem+json`. */
export interface ProblemBody {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly parameter?: string;
}

export function problemBody({ code, message, parameter }: Problem): ProblemBody {
  const { title, status } = problemTable[code];
  return {
    ...{ type: 'about:blank', title, status, detail: message, code },
    ...(parameter === undefined ? {} : { parameter }),
  };
}

/** There is no such thing, or the caller may not know of it: the answers are the same. */
export function notFound(): Problem {
  return new Problem('NotFound', 'There is no such thing, or you may not see it');
}

/** @param partial the replicas that did not answer, any of which might have it. */
export function notFoundAmong(partial: readonly string[]): Problem {
  if (partial.length === 0) return notFound();
  return new Problem(
    'NotFound',
    `There is no such thing, or a replica has it that does not answer: ${partial.join(', ')}`,
  );
}
