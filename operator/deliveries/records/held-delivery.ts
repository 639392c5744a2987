import type { DeliveryRecord, KeptBody, ObjectRef } from './record.ts';

/** A delivery of any replica, as far as its body is read with it. */
export interface HeldDelivery {
  readonly id: string;
  readonly object: ObjectRef;
  /** Of the object. */
  readonly type: string;
  readonly event?: string | undefined;
  readonly providerId?: string | undefined;
  /** Undefined: it is not kept. */
  readonly body?: KeptBody | undefined;
}

export function heldDelivery({ object, type, event, providerId, body }: DeliveryRecord, id: string): HeldDelivery {
  return { id, object, type, event, providerId, body };
}
