/** Who asks and what they may see: how often the API server is asked, and what happens when it does not answer. */
import { describe, expect, it } from 'vitest';
import { createAccess } from '../../../../operator/deliveries/api/access.ts';
import { shownKinds } from '../../../../operator/deliveries/api/kinds.ts';
import type { Problem } from '../../../../operator/deliveries/api/problem.ts';
import type { KubeRequest } from '../../../../operator/kube/kube-client.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

interface ReviewBody {
  readonly kind: string;
  readonly spec: { readonly token?: string; readonly user?: string; readonly resourceAttributes?: object };
}

const [receivers, brokerReceivers] = shownKinds;
if (receivers === undefined || brokerReceivers === undefined) throw new Error('two kinds are shown at least');

/** An API server that knows one token, whose user may do everything in the namespace `apps`. */
function setUp() {
  const clock = createManualClock();
  const reviews: ReviewBody[] = [];
  const server = { isAway: false, knows: 'good', held: undefined as Promise<void> | undefined };
  const client = {
    async request<T>({ body }: KubeRequest): Promise<T> {
      const review = body as ReviewBody;
      reviews.push(review);
      await server.held;
      if (server.isAway) throw new Error('no answer');
      const { token, resourceAttributes } = review.spec;
      const status =
        review.kind === 'TokenReview'
          ? { authenticated: token === server.knows, user: { username: 'jane', uid: '1', groups: ['devs'] } }
          : { allowed: (resourceAttributes as { namespace: string }).namespace === 'apps' };
      return { status } as T;
    },
  };
  const { callerOf } = createAccess({ client, clock });
  return { clock, reviews, server, callerOf, bearer: (token = 'good') => callerOf(`Bearer ${token}`, true) };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: Problem) => error.code,
  );

describe('a caller', () => {
  it('without a token may see everything over loopback, and replay nothing; elsewhere nobody gets in', async () => {
    const { reviews, callerOf } = setUp();
    const anybody = await callerOf(undefined, true);
    expect(anybody.user).toBeUndefined();
    for (const right of ['object', 'deliveries', 'payloads'] as const) {
      expect(await anybody.may(right, { kind: receivers })).toBe(true);
    }
    expect(await anybody.may('replay', { kind: receivers, namespace: 'apps', name: 'web' })).toBe(false);
    expect(await refusal(callerOf(undefined, false))).toBe('Unauthorized');
    expect(reviews).toEqual([]);
  });

  it('with a token is judged by it, over loopback too', async () => {
    const { callerOf, bearer } = setUp();
    expect((await bearer()).user).toBe('jane');
    expect((await callerOf('bearer   good', false)).user).toBe('jane');
    for (const header of ['Bearer bad', 'Bearer', 'Bearer a b', 'Basic good', '']) {
      expect(await refusal(callerOf(header, true))).toBe('Unauthorized');
    }
  });

  it('is asked of the API server by the virtual subresource of the kind, in its group', async () => {
    const { reviews, bearer } = setUp();
    const caller = await bearer();
    expect(await caller.may('payloads', { kind: brokerReceivers, namespace: 'apps', name: 'q' })).toBe(true);
    expect(await caller.may('replay', { kind: receivers, namespace: 'other' })).toBe(false);
    expect(reviews.slice(1).map(({ spec }) => spec)).toEqual([
      {
        ...{ user: 'jane', uid: '1', groups: ['devs'], extra: undefined },
        resourceAttributes: {
          ...{ group: 'sluice.dev', resource: 'brokerreceivers', subresource: 'payloads' },
          ...{ verb: 'get', namespace: 'apps', name: 'q' },
        },
      },
      {
        ...{ user: 'jane', uid: '1', groups: ['devs'], extra: undefined },
        resourceAttributes: {
          ...{ group: 'notification.toolkit.fluxcd.io', resource: 'receivers', subresource: 'replay' },
          ...{ verb: 'create', namespace: 'other', name: '' },
        },
      },
    ]);
  });

  it('is known for 60 s, and its rights for 10 s', async () => {
    const { clock, reviews, server, bearer } = setUp();
    const ask = async () => (await bearer()).may('deliveries', { kind: receivers, namespace: 'apps' });
    expect([await ask(), await ask()]).toEqual([true, true]);
    expect(reviews.map(({ kind }) => kind)).toEqual(['TokenReview', 'SubjectAccessReview']);
    await clock.advance(10_000);
    await ask();
    expect(reviews.map(({ kind }) => kind)).toEqual(['TokenReview', 'SubjectAccessReview', 'SubjectAccessReview']);
    const caller = await bearer();
    server.knows = 'another';
    expect(await caller.isKnown()).toBe(true);
    await clock.advance(50_000);
    expect(await caller.isKnown()).toBe(false);
    expect(await refusal(bearer())).toBe('Unauthorized');
  });

  it('is not judged while the API server is away, and is asked for again when it is back', async () => {
    const { server, bearer } = setUp();
    server.isAway = true;
    expect(await refusal(bearer())).toBe('ApiServerUnavailable');
    server.isAway = false;
    expect((await bearer()).user).toBe('jane');
  });

  it('is one of a bounded number that are judged at the same time', async () => {
    const { server, bearer } = setUp();
    const held = Promise.withResolvers<void>();
    server.held = held.promise;
    const judged = Array.from({ length: 16 }, (_, index) => refusal(bearer(`bad${index}`)));
    expect(await refusal(bearer())).toBe('TooManyRequests');
    held.resolve();
    expect(new Set(await Promise.all(judged))).toEqual(new Set(['Unauthorized']));
    expect((await bearer()).user).toBe('jane');
  });
});
