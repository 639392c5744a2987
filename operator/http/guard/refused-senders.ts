/** Who is refused too often, by the sender of a request and not by the proxy that brought it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { senderKey, senderOf } from '../sender/sender-of.ts';
import type { TrustedProxies } from '../sender/trusted-proxies.ts';
import type { Admission } from './admission.ts';
import type { Limits } from './limits.ts';
import { createRefusalRate } from './refusal-rate.ts';

export interface RefusedSenders {
  /** Whole seconds until its sender is listened to again; 0: now. */
  waitSeconds(request: IncomingMessage): number;
  /** The request was refused, and that was its sender's fault. */
  count(request: IncomingMessage): void;
  /** What came on this connection was not even a request. */
  countUnread(socket: Socket): void;
}

/** Undefined when there is no such limit. */
export function createRefusedSenders(
  { refusedPerSecond, refusedBurst, maxRefusedSenders }: Limits,
  admission: Admission,
  trusted: TrustedProxies,
): RefusedSenders | undefined {
  if (refusedPerSecond === 0) return undefined;
  const rate = createRefusalRate({ perSecond: refusedPerSecond, burst: refusedBurst, maxSenders: maxRefusedSenders });
  const keyOf = (socket: Socket, forwardedFor: string | string[] | undefined): string => {
    const header = typeof forwardedFor === 'string' ? forwardedFor : undefined;
    const sender = senderOf(admission.addressOf(socket), header, trusted);
    return sender === undefined ? '' : senderKey(sender);
  };
  const count = (key: string): void => {
    // Nobody can be held to it.
    if (key !== '') rate.count(key);
  };
  return {
    waitSeconds: ({ socket, headers }) => rate.waitSeconds(keyOf(socket, headers['x-forwarded-for'])),
    count: ({ socket, headers }) => count(keyOf(socket, headers['x-forwarded-for'])),
    countUnread: (socket) => count(keyOf(socket, undefined)),
  };
}
