import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { commonLabels, NAME, selectorLabels } from './labels.ts';
import type { SluiceValues } from './values.ts';

/** How many of the operator's pods a drain may take at once. */
export class PodDisruptionBudget extends Construct {
  constructor(scope: Construct, id: string, { namespace, podDisruptionBudget }: SluiceValues) {
    super(scope, id);
    new k8s.KubePodDisruptionBudget(this, 'pod-disruption-budget', {
      metadata: { name: NAME, namespace, labels: { ...commonLabels } },
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(podDisruptionBudget.maxUnavailable),
        selector: { matchLabels: { ...selectorLabels } },
      },
    });
  }
}
