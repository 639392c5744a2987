import type { Socket } from 'node:net';
import { senderOf } from '../sender/sender-of.ts';
import type { TrustedProxies } from '../sender/trusted-proxies.ts';
import type { Admission } from './admission.ts';

/**
 * The address of who sent a request on a connection; undefined where only proxies are known.
 * @param forwardedFor the header `X-Forwarded-For`; one that is no single text counts as absent.
 */
export type SenderAt = (socket: Socket, forwardedFor?: string | string[]) => string | undefined;

export function createSenderAt(admission: Admission, trusted: TrustedProxies): SenderAt {
  return (socket, forwardedFor) =>
    senderOf(admission.addressOf(socket), typeof forwardedFor === 'string' ? forwardedFor : undefined, trusted);
}
