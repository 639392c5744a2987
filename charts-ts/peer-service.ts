import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { PEER_PORT, PEER_SERVICE } from '../operator/api/installation.ts';
import { commonLabels, selectorLabels } from './labels.ts';
import { ports } from './ports.ts';
import type { SluiceValues } from './values.ts';

/** The headless Service by which replicas find each other; one that is not ready has deliveries to tell of, too. */
export class PeerService extends Construct {
  constructor(scope: Construct, id: string, { namespace }: SluiceValues) {
    super(scope, id);
    new k8s.KubeService(this, 'service', {
      metadata: { name: PEER_SERVICE, namespace, labels: { ...commonLabels } },
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        selector: { ...selectorLabels },
        ports: [{ name: PEER_PORT, port: ports[PEER_PORT], targetPort: k8s.IntOrString.fromNumber(ports[PEER_PORT]) }],
      },
    });
  }
}
