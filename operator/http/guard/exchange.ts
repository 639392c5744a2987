/** One request and its answer, and what all of a server's requests share. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { SampledLog } from '../../observe/sampled-log.ts';
import type { Admitted, Endpoint } from '../endpoint.ts';
import type { ServerMessages } from '../server-reports.ts';
import type { Connections } from './connections.ts';
import type { Limits } from './limits.ts';
import type { BodyBudgets } from './read-body.ts';
import type { RefusalTurns } from './refusal-turns.ts';
import type { RefusedSenders } from './refused-senders.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** Shared by all requests of one server. */
export interface ServeContext {
  readonly endpoint: Endpoint;
  /** Whether `GET /` answers 200; undefined: the server has no such path. */
  readonly ready: (() => boolean) | undefined;
  readonly messages: ServerMessages;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly refusals: SampledLog;
  readonly metrics: RequestMetrics;
  readonly connections: Connections;
  readonly budgets: BodyBudgets;
  readonly refusalTurns: RefusalTurns;
  /** Undefined: a sender may be refused as often as it likes. */
  readonly refusedSenders: RefusedSenders | undefined;
  /** The address of a request's sender; undefined where only proxies are known. */
  readonly senderOf: (request: IncomingMessage) => string | undefined;
  /** The server ends: every connection ends with its next answer. */
  closing: boolean;
}

/** The header `Expect`: `continue` waits for `100 Continue` before it sends the body, `other` is not supported. */
export type Expectation = 'none' | 'continue' | 'other';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectation: Expectation;
  /** On the clock that never jumps. */
  readonly startedMs: number;
  /** Undefined until the endpoint admits the request. */
  admitted: Admitted | undefined;
  /** Of the body, as far as that was read. */
  bytes: number;
}

/** The path as it was sent, without its query; that of an absolute URL is behind its authority. */
export function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  const whole = query === -1 ? url : url.slice(0, query);
  if (whole.startsWith('/')) return whole;
  const absolute = /^https?:\/\/[^/]*/i.exec(whole);
  return absolute === null ? whole : whole.slice(absolute[0].length) || '/';
}
