/**
 * Says who asks, and what they may see: the API server judges both. Deliveries, kept bodies and replays are virtual
 * subresources of the object's own kind, so that rights on them are given by roles as all others are.
 */
import { createHash } from 'node:crypto';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../observe/clock.ts';
import { type KeepOptions, keepFor } from './keep-for.ts';
import type { ShownKind } from './kinds.ts';
import { Problem } from './problem.ts';

/** What may be done with an object; each is a right of Kubernetes. `object` is the object itself, with its URL. */
export type Right = 'object' | 'deliveries' | 'payloads' | 'replay';

const RIGHTS: Readonly<Record<Right, { readonly verb: string; readonly subresource: string }>> = {
  object: { verb: 'get', subresource: '' },
  deliveries: { verb: 'get', subresource: 'deliveries' },
  payloads: { verb: 'get', subresource: 'payloads' },
  replay: { verb: 'create', subresource: 'replay' },
};

/** One object; all of a namespace without `name`; all of the cluster without `namespace`. */
export interface Scope {
  readonly kind: ShownKind;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Caller {
  /** Undefined: nobody said who it is, over loopback. */
  readonly user: string | undefined;
  /** @throws Problem when the API server cannot say. */
  may(right: Right, scope: Scope): Promise<boolean>;
  /** Whether the token is still good; to be asked again and again by what lasts. */
  isKnown(): Promise<boolean>;
}

export interface Access {
  /**
   * @param authorization the header as it was sent.
   * @throws Problem with 401 without a good token, but where none is needed.
   */
  callerOf(authorization: string | undefined, isLoopback: boolean): Promise<Caller>;
}

interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface Review {
  readonly status?: { readonly authenticated?: boolean; readonly allowed?: boolean; readonly user?: User };
}

const TOKEN_KEPT: Omit<KeepOptions, 'clock'> = { ms: 60_000, max: 1_000 };
const RIGHT_KEPT: Omit<KeepOptions, 'clock'> = { ms: 10_000, max: 10_000 };
/** Tokens that are judged at the same time: whoever can reach the server may send any. */
const MAX_REVIEWS = 16;
const REVIEW_TIMEOUT_MS = 10_000;
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Without a token, over loopback: who gets there may run commands in the pod, or forward its ports. */
const ANYBODY: Caller = {
  user: undefined,
  may: async (right) => right !== 'replay',
  isKnown: async () => true,
};

export function createAccess({ client, clock }: { client: Pick<KubeClient, 'request'>; clock: Clock }): Access {
  const users = keepFor<User | undefined>({ ...TOKEN_KEPT, clock });
  const rights = keepFor<boolean>({ ...RIGHT_KEPT, clock });
  let reviews = 0;

  async function review(kind: string, spec: object): Promise<Review> {
    const group = kind === 'TokenReview' ? 'authentication.k8s.io' : 'authorization.k8s.io';
    const apiVersion = `${group}/v1`;
    const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
    try {
      const body = { apiVersion, kind, metadata: {}, spec };
      return await client.request<Review>({ method: 'POST', path, body, timeoutMs: REVIEW_TIMEOUT_MS });
    } catch (error) {
      throw new Problem('ApiServerUnavailable', `The API server answers no ${kind}`, { cause: error });
    }
  }

  async function userOf(token: string): Promise<User | undefined> {
    if (reviews >= MAX_REVIEWS) throw new Problem('TooManyRequests', 'Too many tokens are judged now');
    reviews += 1;
    try {
      const { status } = await review('TokenReview', { token });
      return status?.authenticated === true ? (status.user ?? {}) : undefined;
    } finally {
      reviews -= 1;
    }
  }

  async function isAllowed({ username, uid, groups, extra }: User, right: Right, scope: Scope): Promise<boolean> {
    const { verb, subresource } = RIGHTS[right];
    const { kind, namespace = '', name = '' } = scope;
    const resourceAttributes = { group: kind.group, resource: kind.plural, subresource, verb, namespace, name };
    const { status } = await review('SubjectAccessReview', { user: username, uid, groups, extra, resourceAttributes });
    return status?.allowed === true;
  }

  return {
    async callerOf(authorization, isLoopback) {
      if (authorization === undefined) {
        if (isLoopback) return ANYBODY;
        throw new Problem('Unauthorized', 'Send a token of the cluster: Authorization: Bearer');
      }
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) throw new Problem('Unauthorized', 'The header Authorization is no bearer token');
      const hash = createHash('sha256').update(token).digest('base64');
      const find = () => users.get(hash, () => userOf(token));
      const user = await find();
      if (user === undefined) throw new Problem('Unauthorized', 'The API server does not accept the token');
      return {
        user: user.username ?? '',
        may(right, scope) {
          const { kind, namespace = '', name = '' } = scope;
          const key = [hash, right, kind.plural, namespace, name].join(' ');
          return rights.get(key, () => isAllowed(user, right, scope));
        },
        isKnown: async () => (await find()) !== undefined,
      };
    },
  };
}
