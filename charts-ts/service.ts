import { ApiObject, JsonPatch } from 'cdk8s';
import { Service as PlusService, ServiceType } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { RECEIVER_SERVICE } from '../operator/api/installation.ts';
import { commonLabels, selectorLabels } from './labels.ts';
import { ports, webhookPorts } from './ports.ts';
import type { SluiceValues } from './values.ts';

const types: Readonly<Record<SluiceValues['service']['type'], ServiceType>> = {
  ClusterIP: ServiceType.CLUSTER_IP,
  NodePort: ServiceType.NODE_PORT,
  LoadBalancer: ServiceType.LOAD_BALANCER,
};

const outside = { 'http-webhook': { name: 'http', port: 80 }, 'https-webhook': { name: 'https', port: 443 } } as const;

/** The Service of the webhook endpoint, under the name that Flux gives it, so that an Ingress that leads there goes on. */
export class Service extends Construct {
  readonly service: PlusService;

  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    const { type, annotations } = values.service;
    const { allowFrom } = values.webhook;
    this.service = new PlusService(this, 'service', {
      metadata: {
        name: RECEIVER_SERVICE,
        namespace: values.namespace,
        labels: { ...commonLabels },
        annotations: { ...annotations },
      },
      type: types[type],
      ports: webhookPorts(values).map((name) => ({ ...outside[name], targetPort: ports[name] })),
      ...(type === 'LoadBalancer' && allowFrom.length > 0 ? { loadBalancerSourceRanges: [...allowFrom] } : {}),
    });
    for (const [label, value] of Object.entries(selectorLabels)) this.service.selectLabel(label, value);
    this.#addWhatPlusLacks(values.service);
  }

  #addWhatPlusLacks({ type, loadBalancerClass, externalTrafficPolicy }: SluiceValues['service']): void {
    const object = ApiObject.of(this.service);
    // The API server refuses the policy on a Service that nothing outside can reach.
    if (type !== 'ClusterIP') object.addJsonPatch(JsonPatch.add('/spec/externalTrafficPolicy', externalTrafficPolicy));
    if (loadBalancerClass !== '') object.addJsonPatch(JsonPatch.add('/spec/loadBalancerClass', loadBalancerClass));
  }
}
