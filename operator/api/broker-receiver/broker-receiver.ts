/** The BrokerReceiver object as users write it and as the operator answers it. */
import type { FollowSpec, KeptDeliveriesSpec } from '../deliveries.ts';
import { type Condition, type ObjectMeta, SLUICE_GROUP } from '../meta.ts';
import type { ResourceReference } from '../receiver/receiver.ts';

const VERSION = 'v1alpha1';
export const BROKER_RECEIVER_VERSION = VERSION;
export const BROKER_RECEIVER_API_VERSION = `${SLUICE_GROUP}/${VERSION}`;
export const BROKER_RECEIVER_KIND = 'BrokerReceiver';
export const BROKER_RECEIVER_PLURAL = 'brokerreceivers';

/** What `spec.maxAttempts` is when nobody sets it. */
export const DEFAULT_MAX_ATTEMPTS = 6;

/** How bodies are read: `auto` unwraps envelopes, `json` takes the body as it is. */
export const payloadFormats = ['auto', 'json'] as const;
export type PayloadFormat = (typeof payloadFormats)[number];

interface LocalReference {
  name: string;
}

export interface BrokerReceiverSpec {
  /** A broker, and the name of the block with its settings. */
  type: string;
  secretRef?: LocalReference;
  serviceAccountName?: string;
  certSecretRef?: LocalReference;
  events?: string[];
  resources?: ResourceReference[];
  receiverRef?: LocalReference;
  resourceFilter?: string;
  format?: PayloadFormat;
  maxAttempts?: number;
  interval?: string;
  suspend?: boolean;
  deliveries?: KeptDeliveriesSpec;
  follow?: FollowSpec;
  /** The block that has the name of the type. */
  [block: string]: unknown;
}

export interface BrokerReceiverStatus {
  observedGeneration?: number;
  lastHandledReconcileAt?: string;
  conditions?: Condition[];
  /** RFC 3339, to the second. */
  lastMessageTime?: string;
}

export interface BrokerReceiver {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { namespace: string };
  spec: BrokerReceiverSpec;
  status?: BrokerReceiverStatus;
}
