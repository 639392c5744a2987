import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { receiverCrd } from '../operator/api/receiver-crd.ts';
import { webhookTypes } from '../operator/webhooks/index.ts';

/** The CustomResourceDefinitions, from the same source as `crds/`. */
export class Crds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new ApiObject(this, 'receivers', receiverCrd([...webhookTypes.values()]));
  }
}
