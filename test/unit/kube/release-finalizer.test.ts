import { expect, test } from 'vitest';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { releaseFinalizer } from '../../../operator/kube/release-finalizer.ts';

const ALERTS = { apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', plural: 'alerts', namespaced: true };
const FLUX = 'finalizers.fluxcd.io';

/** Keeps what it is asked, and throws the error if there is one. */
function clientWith(error?: Error): { readonly client: KubeClient; readonly asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  const client: KubeClient = {
    async request<T>(request: KubeRequest) {
      asked.push(request);
      if (error !== undefined) throw error;
      return {} as T;
    },
    stream: () => {
      throw new Error('nothing is watched');
    },
    close: async () => {},
  };
  return { client, asked };
}

const metadata = (finalizers?: string[]) => ({
  namespace: 'apps',
  name: 'all',
  resourceVersion: '7',
  ...(finalizers && { finalizers }),
});

test.each([
  ['alone', [FLUX], []],
  ['among others', ['one.example/a', FLUX, 'two.example/b'], ['one.example/a', 'two.example/b']],
])('the finalizer of Flux is released: %s', async (_what, finalizers, kept) => {
  const { client, asked } = clientWith();
  expect(await releaseFinalizer(client, ALERTS, metadata(finalizers))).toBe(true);
  expect(asked).toMatchObject([
    {
      method: 'PATCH',
      path: '/apis/notification.toolkit.fluxcd.io/v1beta3/namespaces/apps/alerts/all',
      body: { metadata: { resourceVersion: '7', finalizers: kept } },
    },
  ]);
});

test.each([
  ['no finalizers', undefined],
  ['an empty list', []],
  ["somebody else's", ['one.example/finalizers.fluxcd.io']],
])('an object with %s is left as it is', async (_what, finalizers) => {
  const { client, asked } = clientWith();
  expect(await releaseFinalizer(client, ALERTS, metadata(finalizers))).toBe(false);
  expect(asked).toEqual([]);
});

test('an object that is gone has nothing to release', async () => {
  const { client } = clientWith(new ApiError(404, undefined, undefined));
  expect(await releaseFinalizer(client, ALERTS, metadata([FLUX]))).toBe(false);
});

test.each([
  ['a conflict', new ApiError(409, undefined, undefined)],
  ['a missing right', new ApiError(403, undefined, undefined)],
  ['no answer', new ConnectionError('away')],
])('%s is thrown', async (_what, error) => {
  const { client } = clientWith(error);
  await expect(releaseFinalizer(client, ALERTS, metadata([FLUX]))).rejects.toBe(error);
});
