/** How many connections each address has open. */
import type { Socket } from 'node:net';
import { senderKey } from '../sender/sender-of.ts';

/** @returns what counts a connection until it closes, or says false when its address already has as many as it may. */
export function createAddressCounts(max: number): (socket: Socket, address: string) => boolean {
  const counts = new Map<string, number>();
  return (socket, address) => {
    const key = senderKey(address);
    const open = counts.get(key) ?? 0;
    if (open >= max) return false;
    counts.set(key, open + 1);
    socket.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
    return true;
  };
}
