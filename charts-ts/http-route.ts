import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { RECEIVER_SERVICE } from '../operator/api/installation.ts';
import { HOOK_PREFIX } from '../operator/api/receiver/receiver.ts';
import { commonLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** Leads the webhooks that reach a Gateway to the Service, and nothing else. */
export class HttpRoute extends Construct {
  constructor(scope: Construct, id: string, { namespace, httpRoute }: SluiceValues) {
    super(scope, id);
    const { parentRefs, hostnames } = httpRoute;
    new ApiObject(this, 'http-route', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: RECEIVER_SERVICE, namespace, labels: { ...commonLabels } },
      spec: {
        parentRefs,
        ...(hostnames.length === 0 ? {} : { hostnames }),
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: HOOK_PREFIX } }],
            backendRefs: [{ name: RECEIVER_SERVICE, port: 80 }],
          },
        ],
      },
    });
  }
}
