/** Lets in who has a token of this replica's own user, for the audience `sluice`: the API server judges both. */
import { createHash } from 'node:crypto';
import { PEER_AUDIENCE } from '../../api/installation.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { keepFor } from '../api/keep-for.ts';
import type { PeerToken } from './peer-token.ts';

/** Whether the one who sent this header `Authorization` is a peer. Never throws: who cannot be judged is none. */
export type IsPeer = (authorization: string | undefined) => Promise<boolean>;

export interface PeerAccessOptions {
  readonly client: Pick<KubeClient, 'request'>;
  readonly token: PeerToken;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  readonly log: Logger;
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly user?: { readonly username?: string };
  };
}

const KEPT = { ms: 60_000, max: 1_000 };
/** Tokens that are judged at the same time: whoever reaches the server may send any. */
const MAX_REVIEWS = 16;
const REVIEW_TIMEOUT_MS = 4_000;
const BEARER = /^Bearer +([\w.~+/-]{1,8192}=*)$/i;

export function createPeerAccess({ client, token: ownToken, clock, log }: PeerAccessOptions): IsPeer {
  const users = keepFor<string | undefined>({ ...KEPT, clock });
  let reviews = 0;
  let isForbiddenTold = false;

  async function review(token: string): Promise<string | undefined> {
    if (reviews >= MAX_REVIEWS) throw new Error('too many tokens are judged now');
    reviews += 1;
    try {
      const apiVersion = 'authentication.k8s.io/v1';
      const body = { apiVersion, kind: 'TokenReview', metadata: {}, spec: { token, audiences: [PEER_AUDIENCE] } };
      const path = `/apis/${apiVersion}/tokenreviews`;
      const { status } = await client.request<TokenReview>({
        method: 'POST',
        path,
        body,
        timeoutMs: REVIEW_TIMEOUT_MS,
      });
      const isGood = status?.authenticated === true && status.audiences?.includes(PEER_AUDIENCE) === true;
      return isGood ? status.user?.username : undefined;
    } finally {
      reviews -= 1;
    }
  }

  const userOf = (token: string) => users.get(createHash('sha256').update(token).digest('base64'), () => review(token));

  return async (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return false;
    try {
      const own = await userOf(await ownToken());
      return own !== undefined && own === (await userOf(token));
    } catch (error) {
      if (isForbidden(error) && !isForbiddenTold) {
        isForbiddenTold = true;
        log.warn({ error }, 'other replicas are not answered: the operator needs the right to create tokenreviews');
      }
      return false;
    }
  };
}
