import { HttpIngressPathType, IngressBackend, Ingress as PlusIngress, Secret, type Service } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { RECEIVER_SERVICE } from '../operator/api/installation.ts';
import { HOOK_PREFIX } from '../operator/api/receiver/receiver.ts';
import { commonLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Leads the webhooks of one host to the Service, and nothing else. */
export class Ingress extends Construct {
  constructor(scope: Construct, id: string, values: SluiceValues, service: Service) {
    super(scope, id);
    const { host, className, tlsSecretName, annotations } = values.ingress;
    const ingress = new PlusIngress(this, 'ingress', {
      metadata: {
        name: RECEIVER_SERVICE,
        namespace: values.namespace,
        labels: { ...commonLabels },
        annotations: { ...annotations },
      },
      ...(className === '' ? {} : { className }),
    });
    const backend = IngressBackend.fromService(service, { port: 80 });
    ingress.addHostRule(host, HOOK_PREFIX, backend, HttpIngressPathType.PREFIX);
    if (tlsSecretName === '') return;
    ingress.addTls([{ hosts: [host], secret: Secret.fromSecretName(this, 'tls', tlsSecretName) }]);
  }
}
