/** Every kind that the operator serves. A new one is a line here; `npm run generate` writes `crds/` from it. */

import { providerTypes } from './alerts/providers/index.ts';
import { alertCrd } from './api/alert/alert-crd.ts';
import { brokerReceiverCrd } from './api/broker-receiver/broker-receiver-crd.ts';
import type { CustomResourceDefinition } from './api/crd.ts';
import { providerCrd } from './api/provider/provider-crd.ts';
import { receiverCrd } from './api/receiver/receiver-crd.ts';
import { sourceTypes } from './sources/index.ts';
import { webhookTypes } from './webhooks/index.ts';

export const crds: readonly CustomResourceDefinition[] = [
  receiverCrd([...webhookTypes.values()]),
  alertCrd,
  providerCrd([...providerTypes.values()]),
  brokerReceiverCrd([...sourceTypes.values()]),
];
