/** Names what the receiver server counts and logs. */
import type { ServerMessages, ServerMetrics } from '../http/server-reports.ts';
import type { Metrics } from '../observe/metrics.ts';

export const receiverMessages: ServerMessages = {
  refused: 'webhook refused',
  failed: 'webhook failed unexpectedly',
};

/** The path is a Receiver's secret, so every request counts under the part that all paths have in common. */
export function receiverServerMetrics({ http, webhooks, webhookDuration }: Metrics): ServerMetrics {
  return {
    http,
    handler: '/hook/',
    requests: webhooks,
    duration: webhookDuration,
    resultOf: (status) => (status === 200 ? 'accepted' : 'pending'),
  };
}
