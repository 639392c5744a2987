/** Limits how often a sender is refused: the sender of a request, and not the proxy that brought it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../observe/clock.ts';
import { senderKey } from '../sender/sender-of.ts';
import type { Limits } from './limits.ts';
import { createRefusalRate } from './refusal-rate.ts';
import type { SenderAt } from './sender-at.ts';

export interface RefusedSenders {
  /** Whole seconds until its sender's requests are served again; 0: now. */
  waitSeconds(request: IncomingMessage): number;
  /** The request was refused, and that was its sender's fault. */
  count(request: IncomingMessage): void;
  /** What came on this connection was not even a request. */
  countUnread(socket: Socket): void;
}

/** Undefined when there is no such limit. */
export function createRefusedSenders(
  { refusedPerSecond, refusedBurst, maxRefusedSenders }: Limits,
  senderAt: SenderAt,
  clock: Clock,
): RefusedSenders | undefined {
  if (refusedPerSecond === 0) return undefined;
  const rate = createRefusalRate({
    perSecond: refusedPerSecond,
    burst: refusedBurst,
    maxSenders: maxRefusedSenders,
    clock,
  });
  const keyOf = (socket: Socket, forwardedFor?: string | string[]): string => {
    const sender = senderAt(socket, forwardedFor);
    return sender === undefined ? '' : senderKey(sender);
  };
  const count = (key: string): void => {
    // Nobody can be held to it.
    if (key !== '') rate.count(key);
  };
  return {
    waitSeconds: ({ socket, headers }) => rate.waitSeconds(keyOf(socket, headers['x-forwarded-for'])),
    count: ({ socket, headers }) => count(keyOf(socket, headers['x-forwarded-for'])),
    countUnread: (socket) => count(keyOf(socket)),
  };
}
