/**
 * A STAND-IN for Flux's source-controller, for the tests of what follows a push: it is not Flux. Of GitRepositories in one
 * namespace it does what source-controller shows in a status: it handles `requestedAt`, honours `suspend` (and marks the
 * request as handled all the same, Ready as before: measured of the original), polls at `interval`, fetches the ref of
 * `spec.ref.branch`, is not Ready from when it finds a new revision until that is its artifact, and sets
 * `lastHandledReconcileAt`, `Ready` and `artifact`. It stores nothing.
 */
import { pino } from 'pino';
import { parseGoDuration } from '../../../operator/api/go-duration.ts';
import { type Condition, type ObjectMeta, REQUESTED_AT_ANNOTATION } from '../../../operator/api/meta.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../../operator/kube/kube-client.ts';
import { resourcePath } from '../../../operator/kube/resource-path.ts';
import { createWatchedResource } from '../../../operator/kube/watch/watched-resource.ts';
import { kubeClientFor } from '../kube-client-for.ts';
import { fetchBranch } from './git-server.ts';

export interface SourceStatus {
  readonly lastHandledReconcileAt?: string;
  readonly artifact?: { readonly revision: string; readonly lastUpdateTime: string };
  readonly conditions?: readonly Condition[];
}

interface GitRepository extends KubeObject {
  readonly metadata: ObjectMeta & { readonly namespace: string };
  readonly spec: {
    readonly url?: string;
    readonly interval?: string;
    readonly suspend?: boolean;
    readonly ref?: { readonly branch?: string };
  };
  readonly status?: SourceStatus;
}

export interface SourceControllerStandIn {
  stop(): Promise<void>;
}

const GIT_REPOSITORIES: ResourceType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  plural: 'gitrepositories',
  namespaced: true,
};
const QUEUE = { concurrent: 4, minRetryDelayMs: 100, maxRetryDelayMs: 1_000 };

export function startSourceControllerStandIn(kubeconfig: string, namespace: string): SourceControllerStandIn {
  const client = kubeClientFor(kubeconfig);
  /** When each was last fetched, and for what. */
  const fetched = new Map<string, { readonly atMs: number; readonly generation: number | undefined }>();
  const sources = createWatchedResource({
    client,
    type: GIT_REPOSITORIES,
    namespace,
    log: pino({ level: 'silent' }),
    queue: QUEUE,
    metrics: undefined,
    async handle(object, isDeleted) {
      const source = object as unknown as GitRepository;
      const key = source.metadata.name;
      if (isDeleted || source.spec.url === undefined) return;
      const intervalMs = parseGoDuration(source.spec.interval ?? '10m') ?? 0;
      const last = fetched.get(key);
      const requestedAt = source.metadata.annotations?.[REQUESTED_AT_ANNOTATION];
      const isAsked = requestedAt !== source.status?.lastHandledReconcileAt;
      const restMs =
        last !== undefined && last.generation === source.metadata.generation
          ? intervalMs - (Date.now() - last.atMs)
          : 0;
      if (!isAsked && restMs > 0) return { requeueAfterMs: restMs };
      const handled = requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
      if (source.spec.suspend === true) {
        if (isAsked) await writeStatus(client, source, handled);
        return;
      }
      fetched.set(key, { atMs: Date.now(), generation: source.metadata.generation });
      const status = await reconciled(source);
      if (status.artifact !== undefined) await writeStatus(client, source, { conditions: [building(status.artifact)] });
      await writeStatus(client, source, { ...handled, ...status });
      return { requeueAfterMs: intervalMs };
    },
  });
  sources.start();
  return {
    async stop() {
      await sources.stop();
      await client.close();
    },
  };
}

async function reconciled({ spec, status }: GitRepository): Promise<SourceStatus> {
  const branch = spec.ref?.branch ?? 'master';
  try {
    const revision = `${branch}@sha1:${await fetchBranch(spec.url ?? '', branch)}`;
    const isNew = status?.artifact?.revision !== revision;
    // Flux's times have no fraction.
    const lastUpdateTime = `${new Date().toISOString().slice(0, 19)}Z`;
    return {
      ...(isNew ? { artifact: { revision, lastUpdateTime } } : {}),
      conditions: [ready('True', 'Succeeded', `stored artifact for revision '${revision}'`)],
    };
  } catch (error) {
    return { conditions: [ready('False', 'GitOperationFailed', error instanceof Error ? error.message : '')] };
  }
}

/** As source-controller says it before it stores what it has found. */
function building({ revision }: NonNullable<SourceStatus['artifact']>): Condition {
  return ready('Unknown', 'Progressing', `building artifact: new upstream revision '${revision}'`);
}

function ready(status: Condition['status'], reason: string, message: string): Condition {
  return { type: 'Ready', status, reason, message, lastTransitionTime: new Date().toISOString() };
}

async function writeStatus(client: KubeClient, { metadata }: GitRepository, status: SourceStatus): Promise<void> {
  await client.request({
    method: 'PATCH',
    path: resourcePath(GIT_REPOSITORIES, { ...metadata, subresource: 'status' }),
    contentType: 'application/merge-patch+json',
    body: { status },
  });
}
