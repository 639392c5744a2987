/**
 * Serves `--events-addr`: Flux's controllers post their events there, inside their reconciles, so the answer waits for
 * nothing but, for some milliseconds, a turn for what was taken before (contract, *Event server*).
 */
import { RequestError } from '../api/errors.ts';
import type { Admitted, Answer, Endpoint } from '../http/endpoint.ts';
import type { DuplicateLimit } from './events/duplicate-limit.ts';
import { withKeptMetadata } from './events/event-metadata.ts';
import { parseEvent } from './events/parse-event.ts';
import type { Intake } from './intake.ts';
import type { Backpressure } from './queue/backpressure.ts';
import type { AlertReports } from './reports.ts';

export interface EventEndpointOptions {
  readonly intake: Intake;
  readonly limit: DuplicateLimit;
  readonly backpressure: Backpressure;
  readonly reports: AlertReports;
}

const ACCEPTED = 202;
const TOO_MANY = 429;

/** Any path and any method: 202 for an event that is taken, 429 for one that was, 400 for what is none. */
export function createEventEndpoint(options: EventEndpointOptions): Endpoint {
  const dateOf = createHttpDate();
  const admitted: Admitted = {
    type: 'event',
    about: { name: 'events' },
    head: () => (body) => serve(options, dateOf, body),
  };
  return { name: 'event-server', admit: () => admitted, allowedMethods: () => [] };
}

/** Events that came in one second mostly have their windows' end in one second, too. */
function createHttpDate(): (ms: number) => string {
  let known = { second: Number.NaN, text: '' };
  return (ms) => {
    const second = Math.floor(ms / 1_000);
    if (second !== known.second) known = { second, text: new Date(second * 1_000).toUTCString() };
    return known.text;
  };
}

async function serve(
  { intake, limit, backpressure, reports }: EventEndpointOptions,
  dateOf: (ms: number) => string,
  body: Buffer,
): Promise<Answer> {
  if (body.length === 0) throw new RequestError('PayloadInvalid', 'the body is empty');
  const event = withKeptMetadata(parseEvent(body));
  const { allowed, endsAtMs } = limit.take(event);
  const resetAt = dateOf(endsAtMs);
  const headers = { 'X-RateLimit-Limit': '1', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': resetAt };
  if (!allowed) {
    reports.duplicate(event);
    const refused = { ...headers, 'Retry-After': resetAt, 'X-Content-Type-Options': 'nosniff' };
    return { status: TOO_MANY, headers: refused, text: 'Too Many Requests\n' };
  }
  intake.take(event, body.length);
  await backpressure.wait();
  return { status: ACCEPTED, headers };
}
