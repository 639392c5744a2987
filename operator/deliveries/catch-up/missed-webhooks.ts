/**
 * Knows which Receivers missed webhooks: they refused them for reasons of their own, and those will not come again. They
 * are made up for once the Receiver can prove and serve webhooks.
 */
import type { RequestErrorCode } from '../../api/errors.ts';
import { RECEIVER_KIND } from '../../api/receiver/receiver.ts';
import type { DeliveryRecord } from '../records/record.ts';

/** How a Receiver is now. */
export interface ReceiverNow {
  readonly isServed: boolean;
  readonly isSuspended: boolean;
}

export interface MissedWebhooks {
  /** A request was recorded. @returns the Receiver (`namespace/name`) that is due. */
  recorded(record: DeliveryRecord): string | undefined;
  /** A Receiver may have changed. @returns whether it is due. */
  changed(receiver: string): boolean;
}

/** Refused because of what the Receiver is: made up for when it is served again. */
const WHILE_NOT_SERVED: ReadonlySet<string> = new Set<RequestErrorCode>(['PathWithdrawn', 'ReceiverUnavailable']);
/** Refused because of what it needs for a proof: made up for when a proof succeeds. */
const WITHOUT_PROOF: ReadonlySet<string> = new Set<RequestErrorCode>([
  'IssuerUnreachable',
  'IssuerInvalid',
  'CertificateUnreachable',
  'SecretIncomplete',
]);

/** @param now how a Receiver is, by `namespace/name`. */
export function createMissedWebhooks(now: (receiver: string) => ReceiverNow): MissedWebhooks {
  const whenServed = new Set<string>();
  const whenProved = new Set<string>();
  return {
    recorded({ object: { kind, namespace, name }, origin, verdict, code }) {
      if (kind !== RECEIVER_KIND || origin !== 'http') return undefined;
      const receiver = `${namespace}/${name}`;
      if (verdict !== 'refused') return whenProved.delete(receiver) ? receiver : undefined;
      if (WITHOUT_PROOF.has(code)) whenProved.add(receiver);
      if (!WHILE_NOT_SERVED.has(code)) return undefined;
      const { isServed, isSuspended } = now(receiver);
      if (!isServed && !isSuspended) whenServed.add(receiver);
      return undefined;
    },
    changed(receiver) {
      const { isServed, isSuspended } = now(receiver);
      if (isSuspended) {
        whenServed.delete(receiver);
        whenProved.delete(receiver);
      }
      return isServed && whenServed.delete(receiver);
    },
  };
}
