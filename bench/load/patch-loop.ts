/**
 * The limit: the operator's PATCH and nothing else, through the operator's client with its settings. What the API server
 * gives to this, it can at best give to webhooks.
 */
import { pathToFileURL } from 'node:url';
import { FIELD_MANAGER, REQUESTED_AT_ANNOTATION } from '../../operator/api/receiver.ts';
import type { KubeRequest } from '../../operator/kube/kube-client.ts';
import { createRequestedAt } from '../../operator/receivers/requested-at.ts';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';
import { atPace } from './at-pace.ts';
import { resultOf } from './job.ts';

export interface PatchJob {
  readonly kubeconfig: string;
  /** Of the targets, on the API server. */
  readonly paths: readonly string[];
  readonly width: number;
  /** PATCHes a second, evenly spaced; undefined: as many as `width` under way at once give. */
  readonly perSecond?: number;
  readonly seconds: number;
}

export interface PatchResult {
  readonly perSecond: number;
  readonly cpuMsEach: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
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

async function patchLoop({ kubeconfig, paths, width, perSecond, seconds }: PatchJob): Promise<PatchResult> {
  const client = kubeClientFor(kubeconfig);
  const endMs = performance.now() + seconds * 1000;
  const times: number[] = [];
  let next = 0;
  const patch = async (): Promise<void> => {
    next += 1;
    const sentMs = performance.now();
    await client.request(patchOf(paths[next % paths.length] ?? ''));
    times.push(performance.now() - sentMs);
  };
  const line = async (): Promise<void> => {
    while (performance.now() < endMs) await patch();
  };
  const cpu = process.cpuUsage();
  if (perSecond === undefined) await Promise.all(Array.from({ length: width }, line));
  else await atPace(perSecond, seconds, patch);
  const { user, system } = process.cpuUsage(cpu);
  await client.close();
  const { perSecond: given, p50Ms, p99Ms } = resultOf({}, 0, times, seconds);
  return { perSecond: given, cpuMsEach: (user + system) / 1000 / times.length, p50Ms, p99Ms };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.once('message', async (job) => {
    process.send?.(await patchLoop(job as PatchJob), () => process.disconnect());
  });
}
