import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { alertingRules } from './alerting-rules.ts';
import { commonLabels, NAME } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Gives the alerts to the Prometheus operator. */
export class PrometheusRule extends Construct {
  constructor(scope: Construct, id: string, { namespace, prometheusRule }: SluiceValues) {
    super(scope, id);
    new ApiObject(this, 'prometheus-rule', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: NAME, namespace, labels: { ...commonLabels, ...prometheusRule.labels } },
      spec: { groups: [{ name: NAME, rules: alertingRules }] },
    });
  }
}
