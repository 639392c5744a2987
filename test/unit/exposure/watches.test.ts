// What is watched, and where: a table of the requests by kind, and when they begin.
import pino from 'pino';
import { expect, it } from 'vitest';
import { createWatches, type Watches } from '../../../operator/exposure/watches.ts';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { createManualClock } from '../../support/manual-clock.ts';

type Asked = Pick<KubeRequest, 'path' | 'query'>;

/** Notes what is asked for, and never answers. */
function silentClient(): { client: KubeClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const client: KubeClient = {
    request: ({ path, query = {} }) => {
      asked.push({ path, query });
      return new Promise(() => undefined);
    },
    stream: () => {
      throw new Error('no list was answered');
    },
    close: async () => undefined,
  };
  return { client, asked };
}

function watchesFor(gatewayNamespace?: string): { watches: Watches; asked: Asked[] } {
  const { client, asked } = silentClient();
  const watches = createWatches({
    ...{ client, clock: createManualClock(), log: pino({ level: 'silent' }) },
    ...{ namespace: 'flux-system', deployment: 'sluice', gatewayNamespace },
    onChange: () => undefined,
    onObject: () => undefined,
  });
  return { watches, asked };
}

const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';

it('starts with the kinds that every installation needs, in the operator’s namespace', () => {
  const { watches, asked } = watchesFor();
  watches.start();
  expect(asked.map(({ path, query }) => [path, query?.fieldSelector])).toEqual([
    ['/api/v1/namespaces/flux-system/services', undefined],
    ['/apis/networking.k8s.io/v1/namespaces/flux-system/ingresses', undefined],
    [`${GATEWAY_API}/namespaces/flux-system/httproutes`, undefined],
    ['/apis/apps/v1/namespaces/flux-system/deployments', 'metadata.name=sluice'],
  ]);
});

it.each<[name: 'gateways' | 'nodes' | 'secrets', namespace: string | undefined, path: string, selector?: string]>([
  ['gateways', undefined, `${GATEWAY_API}/gateways`],
  ['gateways', 'apps', `${GATEWAY_API}/namespaces/apps/gateways`],
  ['nodes', 'apps', '/api/v1/nodes'],
  ['secrets', 'apps', '/api/v1/namespaces/flux-system/secrets', 'type!=helm.sh/release.v1'],
])('watches %s, with Receivers in %s, when they are needed', (name, namespace, path, selector) => {
  const { watches, asked } = watchesFor(namespace);
  expect(watches[name].isSettled).toBe(true);
  watches[name].start();
  expect(watches[name].isSettled).toBe(false);
  expect(asked.map((one) => [one.path, one.query?.fieldSelector])).toEqual([[path, selector]]);
});
