/** Asks one replica for its records, with an end to the time and size of the answer. */
import { Agent } from 'undici';
import type { PeerAnswer, PeerRecord } from './peer-answer.ts';
import { type PeerQuery, printPeerQuery } from './peer-query.ts';

/** @throws Error when there is no good answer in time. */
export type AskPeer = (address: string, token: string, query: PeerQuery) => Promise<PeerAnswer>;

export interface PeerCaller {
  readonly ask: AskPeer;
  close(): Promise<void>;
}

export const PEER_PATH = '/internal/v1/deliveries';
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 16 * 1024 * 1024;

export function createPeerCaller(): PeerCaller {
  // A pipelining of 0 keeps no connection open between the rare requests.
  const agent = new Agent({ pipelining: 0, maxResponseSize: MAX_BYTES, connect: { timeout: TIMEOUT_MS } });
  return {
    async ask(address, token, query) {
      const { statusCode, body } = await agent.request({
        origin: `http://${address}`,
        path: `${PEER_PATH}?${printPeerQuery(query)}`,
        method: 'GET',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json', authorization: `Bearer ${token}`, 'user-agent': 'sluice' },
      });
      if (statusCode !== 200) {
        await body.dump();
        throw new Error(`answered ${statusCode}`);
      }
      return readAnswer(await body.json());
    },
    close: () => agent.destroy(),
  };
}

function readAnswer(value: unknown): PeerAnswer {
  const { replica, recordingSince, servingSince, items } = (value ?? {}) as Partial<PeerAnswer>;
  if (typeof replica !== 'string' || !isTime(recordingSince) || !Array.isArray(items)) {
    throw new Error('answered something else');
  }
  return {
    replica,
    recordingSince,
    ...(isTime(servingSince) ? { servingSince } : {}),
    // A replica of another version may have records that this one cannot read.
    items: items.filter(isRecord),
  };
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isRecord(value: unknown): value is PeerRecord {
  const { id, at, lastAt, object, verdict, code, origin, repeated } = (value ?? {}) as Partial<PeerRecord>;
  const { kind, namespace, name } = object ?? {};
  const texts = [id, verdict, code, origin, kind, namespace, name];
  return (
    texts.every((text) => typeof text === 'string') && isTime(at) && isTime(lastAt) && typeof repeated === 'number'
  );
}
