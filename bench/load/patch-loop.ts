/**
 * The limit: the operator's PATCH and nothing else, through the operator's client with its settings. What the API server
 * gives to this, it can at best give to webhooks.
 */
import { pathToFileURL } from 'node:url';
import { FIELD_MANAGER, REQUESTED_AT_ANNOTATION } from '../../operator/api/receiver.ts';
import type { KubeRequest } from '../../operator/kube/kube-client.ts';
import { createRequestedAt } from '../../operator/receivers/requested-at.ts';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';

export interface PatchJob {
  readonly kubeconfig: string;
  /** Of the targets, on the API server. */
  readonly paths: readonly string[];
  readonly width: number;
  readonly seconds: number;
}

export interface PatchResult {
  readonly perSecond: number;
  readonly cpuMsEach: number;
}

const requestedAt = createRequestedAt();

function patchOf(path: string): KubeRequest {
  return {
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    body: { metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: requestedAt() } } },
  };
}

async function patchLoop({ kubeconfig, paths, width, seconds }: PatchJob): Promise<PatchResult> {
  const client = kubeClientFor(kubeconfig);
  const endMs = performance.now() + seconds * 1000;
  let done = 0;
  let next = 0;
  const line = async (): Promise<void> => {
    while (performance.now() < endMs) {
      next += 1;
      await client.request(patchOf(paths[next % paths.length] ?? ''));
      done += 1;
    }
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: width }, line));
  const { user, system } = process.cpuUsage(cpu);
  await client.close();
  return { perSecond: done / seconds, cpuMsEach: (user + system) / 1000 / done };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.once('message', async (job) => {
    process.send?.(await patchLoop(job as PatchJob), () => process.disconnect());
  });
}
