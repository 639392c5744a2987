/** What ten thousand sources that are followed hold in memory. */
import { createHash, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from '../../../operator/kube/kube-client.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { heldBytes } from '../../support/held-bytes.ts';

const TYPE = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const COUNT = 10_000;
const MAX_BYTES = 6 * 1024 * 1024;

/** As the API server has them, text of their own each. */
function repository(index: number): object {
  const name = `team-${index % 50}-application-${index}`;
  const commit = createHash('sha1').update(name).digest('hex');
  const revision = `main@sha1:${commit}`;
  const at = new Date(Date.UTC(2026, 10, 27) + index * 1_000).toISOString();
  return {
    apiVersion: TYPE.apiVersion,
    kind: 'GitRepository',
    metadata: {
      name,
      namespace: `team-${index % 50}`,
      uid: randomUUID(),
      resourceVersion: String(1_000_000 + index),
      labels: { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      annotations: { 'reconcile.fluxcd.io/requestedAt': at.replace('Z', '123456Z') },
      managedFields: [{ manager: 'kustomize-controller', fieldsV1: { 'f:spec': { 'f:url': {} } } }],
    },
    spec: { interval: '10m', url: `https://git.example.com/${name}`, ref: { branch: 'main' }, secretRef: { name } },
    status: {
      lastHandledReconcileAt: at.replace('Z', '123456Z'),
      artifact: { revision, lastUpdateTime: `${at.slice(0, 19)}Z`, digest: `sha256:${commit}`, path: name, size: 1 },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Succeeded', message: `stored artifact for revision '${revision}'` },
      ],
    },
  };
}

/** Answers lists page by page, each as JSON that is parsed anew. */
const client: KubeClient = {
  async request<T>({ query }: KubeRequest): Promise<T> {
    const from = Number(query?.continue ?? 0);
    const limit = Number(query?.limit);
    const items = Array.from({ length: Math.min(limit, COUNT - from) }, (_, index) => repository(from + index));
    const next = from + items.length;
    const metadata = { resourceVersion: '1', ...(next < COUNT ? { continue: String(next) } : {}) };
    return JSON.parse(JSON.stringify({ metadata, items })) as T;
  },
  async *stream() {
    await new Promise(() => undefined);
  },
  close: () => Promise.resolve(),
};

it('ten thousand GitRepositories that are followed hold 6 MiB at most', async () => {
  const watches = createTargetWatches({ client, namespace: undefined, follows: true, log: pino({ level: 'silent' }) });
  const before = heldBytes();
  watches.follow(TYPE, 'GitRepository', 'apps');
  await expect.poll(() => watches.listed(TYPE, 'apps', false)).toBeDefined();
  const held = heldBytes() - before;
  const last = repository(COUNT - 1) as { metadata: { namespace: string; name: string } };
  expect(watches.find('GitRepository', `${last.metadata.namespace}/${last.metadata.name}`)?.observed?.ready).toBe(
    'True',
  );
  expect(held).toBeLessThan(MAX_BYTES);
  // Enough is held for the figure to mean something.
  expect(held).toBeGreaterThan(MAX_BYTES / 10);
});
