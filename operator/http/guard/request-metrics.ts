/** Counts requests and what became of them. Lean, because it runs once a request. */
import type { ConnectionErrorCode, RequestErrorCode } from '../../api/errors.ts';
import type { ServerMetrics } from '../server-reports.ts';

export interface Served {
  readonly method: string;
  readonly status: number;
  /** The endpoint's label, or `unknown`. */
  readonly type: string;
  /** Undefined: the request was served. */
  readonly refused: RequestErrorCode | undefined;
  readonly seconds: number;
}

export interface RequestMetrics {
  begin(): void;
  /** Called once for each `begin`. */
  end(served: Served): void;
  /** Counts what was refused before it had a head. */
  refuseUnread(code: RequestErrorCode | ConnectionErrorCode): void;
}

/** The label of a request whose path is not known, or that has none. */
export const UNKNOWN_TYPE = 'unknown';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']);
const EMPTY_BODY_BYTES = 0;

export function createRequestMetrics({ http, handler, requests, duration, resultOf }: ServerMetrics): RequestMetrics {
  const inflight = { handler };
  http.inflight.set(inflight, 0);
  return {
    begin() {
      http.inflight.inc(inflight);
    },
    end({ method, status, type, refused, seconds }) {
      const code = String(status);
      const labels = { handler, method: METHODS.has(method) ? method : 'OTHER', code };
      http.inflight.dec(inflight);
      http.requestDuration.observe(labels, seconds);
      http.responseSize.observe(labels, EMPTY_BODY_BYTES);
      requests.inc({ type, result: refused ?? resultOf(status) });
      duration.observe({ type, code }, seconds);
    },
    refuseUnread(code) {
      requests.inc({ type: UNKNOWN_TYPE, result: code });
    },
  };
}
