import { Service, ServiceType } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EVENT_PORT, EVENT_SERVICE } from '../operator/api/installation.ts';
import { commonLabels, selectorLabels } from './labels.ts';
import { ports } from './ports.ts';
import type { SluiceValues } from './values.ts';

/** The Service to which Flux's controllers post events, under the name and port that they have without any setting. */
export class EventService extends Construct {
  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    const service = new Service(this, 'service', {
      metadata: { name: EVENT_SERVICE, namespace: values.namespace, labels: { ...commonLabels } },
      type: ServiceType.CLUSTER_IP,
      ports: [{ name: EVENT_PORT, port: 80, targetPort: ports[EVENT_PORT] }],
    });
    for (const [label, value] of Object.entries(selectorLabels)) service.selectLabel(label, value);
  }
}
