import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { commonLabels, NAME, selectorLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Tells the Prometheus operator where the metrics are. */
export class PodMonitor extends Construct {
  constructor(scope: Construct, id: string, { namespace, podMonitor }: SluiceValues) {
    super(scope, id);
    const { interval, labels } = podMonitor;
    new ApiObject(this, 'pod-monitor', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name: NAME, namespace, labels: { ...commonLabels, ...labels } },
      spec: {
        selector: { matchLabels: selectorLabels },
        podMetricsEndpoints: [{ port: 'http-prom', path: '/metrics', ...(interval === '' ? {} : { interval }) }],
      },
    });
  }
}
