/** Why a notification was not delivered, and what is to be done about it. */

/**
 * `final`: it fails every time until somebody changes an object, so it is given up and reported. `passing`: it is tried
 * again, with back-off.
 */
export type Verdict = 'final' | 'passing';

export interface DeliveryErrorOptions extends ErrorOptions {
  /** What the service asked for with `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
}

/** Its message is for people. It never quotes an address; what else is secret is removed before it is shown. */
export class DeliveryError extends Error {
  readonly verdict: Verdict;
  readonly retryAfterMs: number | undefined;

  constructor(verdict: Verdict, message: string, options: DeliveryErrorOptions = {}) {
    super(message, options);
    this.name = 'DeliveryError';
    this.verdict = verdict;
    this.retryAfterMs = options.retryAfterMs;
  }
}
