/** Counts requests and what became of them. Lean, because it runs once a request. */
import type { ConnectionErrorCode, RequestErrorCode } from '../../api/errors.ts';
import type { ServerMetrics } from '../server-reports.ts';

/** A request with its answer, as every server counts it. */
export interface Answered {
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  /** Of the answer's body. */
  readonly answerBytes: number;
}

export interface Served extends Answered {
  /** As it was sent, without its query. */
  readonly path: string;
  /** The endpoint's label, or `unknown`. */
  readonly type: string;
  /** Undefined: the request was served. */
  readonly refused: RequestErrorCode | undefined;
}

export interface RequestMetrics {
  begin(): void;
  /** Called once for each `begin`, unless `endHealth` is. */
  end(served: Served): void;
  /** Counts a health check, which is none of the endpoint's requests. */
  endHealth(answered: Answered): void;
  /** Counts what was refused before it had a head. */
  refuseUnread(code: RequestErrorCode | ConnectionErrorCode): void;
}

/** The label of a request whose path is not known, or that has none. */
export const UNKNOWN_TYPE = 'unknown';

const HEALTH_HANDLER = '/';
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']);
/** Flux's servers have no other. */
const SERVICE = '';

export function createRequestMetrics(metrics: ServerMetrics): RequestMetrics {
  const { http, handler, handlerOf = () => handler, requests, duration, resultOf } = metrics;
  const inflight = { service: SERVICE, handler };
  http.inflight.set(inflight, 0);

  function observe(label: string, code: string, { method, seconds, answerBytes }: Answered): void {
    const labels = { service: SERVICE, handler: label, method: METHODS.has(method) ? method : 'OTHER', code };
    http.inflight.dec(inflight);
    http.requestDuration.observe(labels, seconds);
    http.responseSize.observe(labels, answerBytes);
  }

  return {
    begin() {
      http.inflight.inc(inflight);
    },
    end(served) {
      const { path, status, seconds, type, refused } = served;
      const code = String(status);
      observe(handlerOf(path), code, served);
      requests.inc({ type, result: refused ?? resultOf(status) });
      duration?.observe({ type, code }, seconds);
    },
    endHealth(answered) {
      observe(HEALTH_HANDLER, String(answered.status), answered);
    },
    refuseUnread(code) {
      requests.inc({ type: UNKNOWN_TYPE, result: code });
    },
  };
}
