/** The flags of the group Brokers: who the operator is to brokers. */
import { booleanFlag, stringFlag } from './flag.ts';

export const sourceFlags = {
  defaultServiceAccount: stringFlag({
    name: 'default-service-account',
    group: 'Brokers',
    help: 'ServiceAccount of BrokerReceivers that name no identity, and of Providers where ObjectLevelWorkloadIdentity is on; if empty, none',
  }),
  sharedBrokerIdentity: booleanFlag({
    name: 'shared-broker-identity',
    group: 'Brokers',
    default: false,
    help: "Lets BrokerReceivers of every namespace use the operator's own identity at brokers; if false, those of its own namespace only",
  }),
};
