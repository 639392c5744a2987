import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { RECEIVER_SERVICE } from '../operator/api/installation.ts';
import { commonLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Has cert-manager make and renew the Secret of `tls.secretName`. */
export class Certificate extends Construct {
  constructor(scope: Construct, id: string, { namespace, tls }: SluiceValues) {
    super(scope, id);
    const { issuerName, issuerKind, dnsNames } = tls.certificate;
    new ApiObject(this, 'certificate', {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: RECEIVER_SERVICE, namespace, labels: { ...commonLabels } },
      spec: {
        secretName: tls.secretName,
        dnsNames,
        issuerRef: { group: 'cert-manager.io', kind: issuerKind, name: issuerName },
        privateKey: { rotationPolicy: 'Always' },
      },
    });
  }
}
