/** What the API server's answers mean: objects, errors, and when to come back. */
import { type Clock, systemClock } from '../../observe/clock.ts';
import { ApiError, ConnectionError, type Status } from '../api-error.ts';
import type { Answer } from './send.ts';

type WallClock = Pick<Clock, 'now'>;

const TOO_MANY_REQUESTS = 429;

/**
 * The JSON of an answer; undefined when it is empty.
 * @throws ApiError for any status but 2xx; ConnectionError for a body that is not JSON: not an API server's.
 */
export function contentOf(answer: Answer, clock: WallClock = systemClock): unknown {
  if (answer.status < 200 || answer.status > 299) throw apiErrorOf(answer, clock);
  if (answer.body.length === 0) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch (error) {
    throw new ConnectionError(`the answer with status ${answer.status} is not JSON`, { cause: error });
  }
}

export function apiErrorOf(answer: Answer, clock: WallClock = systemClock): ApiError {
  const status = statusOf(answer.body);
  const seconds = status?.details?.retryAfterSeconds;
  const detailMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
  return new ApiError(answer.status, status, retryAfterMs(answer.headers, clock) ?? detailMs);
}

/** How long the API server asks to wait before the same request again; undefined when it does not ask. */
export function retryDelayOf({ status, headers }: Answer, clock: WallClock = systemClock): number | undefined {
  return status === TOO_MANY_REQUESTS || status >= 500 ? retryAfterMs(headers, clock) : undefined;
}

/** RFC 9110 section 10.2.3: seconds, as an API server gives it, or a date, as a proxy may. */
function retryAfterMs(headers: Answer['headers'], clock: WallClock): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const dateMs = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - clock.now());
}

function statusOf(body: Buffer): Status | undefined {
  try {
    const status = JSON.parse(body.toString('utf8')) as Status | null;
    return status?.status === 'Failure' ? status : undefined;
  } catch {
    // A proxy in between answers in its own way.
    return undefined;
  }
}
