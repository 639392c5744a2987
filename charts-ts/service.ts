import { Service as PlusService, ServiceType } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { SluiceConfig } from './config.ts';
import { commonLabels, selectorLabels } from './labels.ts';
import { ports } from './ports.ts';

const types: Readonly<Record<SluiceConfig['serviceType'], ServiceType>> = {
  ClusterIP: ServiceType.CLUSTER_IP,
  NodePort: ServiceType.NODE_PORT,
  LoadBalancer: ServiceType.LOAD_BALANCER,
};

/** The door to the webhook endpoint, under the name that Flux gives it, so that an Ingress that leads there goes on. */
export class Service extends Construct {
  constructor(scope: Construct, id: string, config: Pick<SluiceConfig, 'namespace' | 'serviceType'>) {
    super(scope, id);
    const service = new PlusService(this, 'service', {
      metadata: { name: 'webhook-receiver', namespace: config.namespace, labels: { ...commonLabels } },
      type: types[config.serviceType],
      ports: [{ name: 'http', port: 80, targetPort: ports['http-webhook'] }],
    });
    for (const [label, value] of Object.entries(selectorLabels)) service.selectLabel(label, value);
  }
}
