/** Accepts what one of two keys proves, while a token is rotated. */
import { RequestError, type RequestErrorCode } from '../api/errors.ts';
import type { JudgeBody, RequestHead, Verified, WebhookVerifier } from '../webhooks/webhook-type.ts';

const MISMATCHES: ReadonlySet<RequestErrorCode> = new Set(['SignatureMismatch', 'TokenMismatch']);

/** @param current by `token`. @param previous by `previousToken`: asked where the proof is another's than `current`'s. */
export function eitherVerifier(current: WebhookVerifier, previous: WebhookVerifier): WebhookVerifier {
  return {
    head(head) {
      const judgeCurrent = headOf(current, head);
      if (judgeCurrent === undefined) return byPrevious(previous.head(head));
      return async (body) => {
        try {
          return await judgeCurrent(body);
        } catch (error) {
          if (!isMismatch(error)) throw error;
          return await byPrevious(previous.head(head))(body);
        }
      };
    },
  };
}

/** @returns undefined: the head has another proof. */
function headOf(verifier: WebhookVerifier, head: RequestHead): JudgeBody | undefined {
  try {
    return verifier.head(head);
  } catch (error) {
    if (!isMismatch(error)) throw error;
    return undefined;
  }
}

function byPrevious(judgeBody: JudgeBody): JudgeBody {
  return async (body): Promise<Verified> => ({ ...(await judgeBody(body)), credential: 'previousToken' });
}

function isMismatch(error: unknown): boolean {
  return error instanceof RequestError && MISMATCHES.has(error.code);
}
