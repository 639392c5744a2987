/** The token by which this replica is known to its peers, from a file that the kubelet renews. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../observe/clock.ts';

/** @throws Error when the file cannot be read, or is empty. */
export type PeerToken = () => Promise<string>;

const FRESH_MS = 10_000;

export function createPeerToken(file: string, clock: Pick<Clock, 'elapsedMs'>): PeerToken {
  let known: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    if (known !== undefined && known.untilMs > clock.elapsedMs()) return known.token;
    const token = (await readFile(file, 'utf8')).trim();
    if (token === '') throw new Error('the file of the token is empty');
    known = { token, untilMs: clock.elapsedMs() + FRESH_MS };
    return token;
  };
}
