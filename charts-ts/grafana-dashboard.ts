import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { dashboard } from './dashboard.ts';
import { commonLabels, NAME } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Gives the dashboard to Grafana, whose sidecar reads ConfigMaps with this label. */
export class GrafanaDashboard extends Construct {
  constructor(scope: Construct, id: string, { namespace, grafanaDashboard }: SluiceValues) {
    super(scope, id);
    new ApiObject(this, 'dashboard', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `${NAME}-dashboard`,
        namespace,
        labels: { ...commonLabels, ...grafanaDashboard.labels, grafana_dashboard: '1' },
        annotations: { ...grafanaDashboard.annotations },
      },
      data: { [`${NAME}.json`]: `${JSON.stringify(dashboard, undefined, 2)}\n` },
    });
  }
}
