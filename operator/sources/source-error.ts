import type { SourceReason } from '../api/broker-receiver/source-reasons.ts';

export type SourceErrorCode = SourceReason;

/** Why a broker cannot be read now; its code is the reason of the condition Ready. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;

  /** @param message what is wrong and what to do, in one line; of a broker's answer only its code. */
  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
  }
}
