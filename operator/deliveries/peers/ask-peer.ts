/** Asks one replica, with an end to the time and size of the answer. */
import { Agent } from 'undici';
import { type PeerIdentity, type PeerRoute, readPeerAnswer } from './peer-route.ts';

export interface PeerToAsk {
  /** `host:port` */
  readonly address: string;
  readonly token: string;
}

export interface PeerCaller {
  /** @throws Error when there is no good answer in time. */
  ask<Question, Answer extends PeerIdentity>(
    peer: PeerToAsk,
    route: PeerRoute<Question, Answer>,
    question: Question,
  ): Promise<Answer>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 16 * 1024 * 1024;

export function createPeerCaller(): PeerCaller {
  // A pipelining of 0 keeps no connection open between the rare requests.
  const agent = new Agent({ pipelining: 0, maxResponseSize: MAX_BYTES, connect: { timeout: TIMEOUT_MS } });
  return {
    async ask({ address, token }, route, question) {
      const { statusCode, body } = await agent.request({
        origin: `http://${address}`,
        path: `${route.path}?${route.print(question)}`,
        method: 'GET',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json', authorization: `Bearer ${token}`, 'user-agent': 'sluice' },
      });
      if (statusCode !== 200) {
        await body.dump();
        throw new Error(`answered ${statusCode}`);
      }
      return readPeerAnswer(route, await body.json());
    },
    close: () => agent.destroy(),
  };
}
