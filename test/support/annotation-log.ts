/**
 * The latest time that each target was ever asked to reconcile at. Not the one it has now: of two replicas that annotate
 * at once the earlier value may come second, which asks once more.
 */
import { pino } from 'pino';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { ResourceType } from '../../operator/kube/kube-client.ts';
import { createInformer } from '../../operator/kube/watch/informer.ts';
import { kubeClientFor } from './kube-client-for.ts';

export interface AnnotationLog {
  /** RFC 3339, '' for a target that was never annotated. */
  latestOf(name: string): string;
  stop(): Promise<void>;
}

const GIT_REPOSITORIES: ResourceType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  plural: 'gitrepositories',
  namespaced: true,
};

/** Watches the GitRepositories of a namespace from now on. */
export async function watchAnnotations(kubeconfig: string, namespace: string): Promise<AnnotationLog> {
  const client = kubeClientFor(kubeconfig);
  const latest = new Map<string, string>();
  const informer = createInformer({
    client,
    type: GIT_REPOSITORIES,
    namespace,
    project: ({ metadata }) => ({ metadata }),
    log: pino({ level: 'silent' }),
    onEvent({ object: { metadata } }) {
      const requestedAt = metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? '';
      if (requestedAt > (latest.get(metadata.name) ?? '')) latest.set(metadata.name, requestedAt);
    },
  });
  informer.start();
  await informer.whenSynced();
  return {
    latestOf: (name) => latest.get(name) ?? '',
    async stop() {
      await informer.stop();
      await client.close();
    },
  };
}
