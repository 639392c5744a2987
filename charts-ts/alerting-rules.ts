/** The alerts of Prometheus about Sluice, in the format of its rule files. */
import { LEASE } from '../operator/api/installation.ts';

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  /** How long `expr` must hold before it fires. */
  readonly for: string;
  readonly labels: { readonly severity: 'warning' | 'critical' };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const warning = { severity: 'warning' } as const;
const critical = { severity: 'critical' } as const;

export const alertingRules: readonly AlertingRule[] = [
  {
    alert: 'SluiceWebhooksRefused',
    expr: 'sum by (kind) (sluice_objects_not_delivering{reason="Refused"}) > 0',
    for: '1m',
    labels: warning,
    annotations: {
      summary: 'A {{ $labels.kind }} refuses all that it is sent.',
      description:
        '{{ $value }} of kind {{ $labels.kind }} refused three or more in a row, and accepted none since. The condition Delivering of the {{ $labels.kind }} has the reason, and what to do.',
    },
  },
  {
    alert: 'SluiceSilentBreak',
    expr: 'sum by (kind) (sluice_objects_not_delivering{reason="SilentBreak"}) > 0',
    for: '1m',
    labels: warning,
    annotations: {
      summary: 'Webhooks for a {{ $labels.kind }} do not arrive any more.',
      description:
        'Sources of {{ $value }} objects of kind {{ $labels.kind }} moved three times without a webhook. The condition Delivering names the source: look at the page of the hook at the sender.',
    },
  },
  {
    alert: 'SluiceTargetsUnresolved',
    expr: 'sum by (kind, reason) (sluice_unresolved_refs) > 0',
    for: '10m',
    labels: warning,
    annotations: {
      summary: 'A {{ $labels.kind }} names targets that cannot be found.',
      description:
        '{{ $value }} targets: {{ $labels.reason }}. The condition ResolvedRefs of the {{ $labels.kind }} names them, and what to do.',
    },
  },
  {
    alert: 'SluicePushToArtifactSlow',
    expr: 'histogram_quantile(0.95, sum by (le, kind) (rate(sluice_push_to_artifact_seconds_bucket[30m]))) > 120',
    for: '10m',
    labels: warning,
    annotations: {
      summary: 'A {{ $labels.kind }} takes minutes from a push to its artifact.',
      description:
        'Of the pushes of the last half hour, one in twenty took {{ $value | humanizeDuration }} or more from the webhook to the artifact. The deliveries show which step is slow; compare the load of source-controller.',
    },
  },
  {
    alert: 'SluiceNotificationsPending',
    expr: 'max(sluice_notifications_pending_oldest_seconds) > 300',
    for: '1m',
    labels: warning,
    annotations: {
      summary: 'A webhook was answered 202, and its target has no annotation yet.',
      description:
        'The oldest pending target is {{ $value | humanizeDuration }} old: the API server cannot be reached, or refuses the annotation. The log names the target.',
    },
  },
  {
    alert: 'SluiceNoLeader',
    expr: `(sum(leader_election_master_status{name="${LEASE}"}) or vector(0)) < 1`,
    for: '3m',
    labels: critical,
    annotations: {
      summary: 'No replica of Sluice leads.',
      description:
        'No status is written and no request of spec.exposure fulfilled. Check that the pods run, that they are scraped, and that they may update the Lease.',
    },
  },
  {
    alert: 'SluiceNotificationQueueOld',
    expr: 'max(sluice_notifications_age_seconds) > 600',
    for: '1m',
    labels: warning,
    annotations: {
      summary: 'A notification of an Alert waits to be delivered.',
      description:
        'The oldest event is {{ $value | humanizeDuration }} old: the service of a Provider takes nothing. The Events of the Alerts have the reason.',
    },
  },
];
