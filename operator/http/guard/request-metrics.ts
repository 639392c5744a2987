/** What is counted of each request to the receiver server. Lean, because it runs once a request. */
import type { Metrics } from '../../observe/metrics.ts';

export interface Served {
  readonly method: string;
  readonly status: number;
  /** The Receiver's type, or `unknown`. */
  readonly type: string;
  /** `accepted`, `pending`, or why not. */
  readonly result: string;
  readonly seconds: number;
}

export interface RequestMetrics {
  begin(): void;
  /** For each `begin`, once. */
  end(served: Served): void;
  /** A request that never had a head to speak of. */
  refuseUnread(code: string): void;
}

/** The path is the secret of a Receiver, so every request counts under the part that all have in common. */
const HANDLER = '/hook/';
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']);
const EMPTY_BODY_BYTES = 0;

export function createRequestMetrics({ http, webhooks, webhookDuration }: Metrics): RequestMetrics {
  const inflight = { handler: HANDLER };
  http.inflight.set(inflight, 0);
  return {
    begin() {
      http.inflight.inc(inflight);
    },
    end({ method, status, type, result, seconds }) {
      const code = String(status);
      const labels = { handler: HANDLER, method: METHODS.has(method) ? method : 'OTHER', code };
      http.inflight.dec(inflight);
      http.requestDuration.observe(labels, seconds);
      http.responseSize.observe(labels, EMPTY_BODY_BYTES);
      webhooks.inc({ type, result });
      webhookDuration.observe({ type, code }, seconds);
    },
    refuseUnread(code) {
      webhooks.inc({ type: 'unknown', result: code });
    },
  };
}
