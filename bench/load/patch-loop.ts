/**
 * The limit: the operator's PATCH and nothing else, through the operator's client with its settings. What the API server
 * gives to this, it can at best give to webhooks.
 */
import { pathToFileURL } from 'node:url';
import { reconcilePatch } from '../../operator/receivers/reconcile-patch.ts';
import { createRequestedAt } from '../../operator/receivers/requested-at.ts';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';
import { resultOf } from './job.ts';

export interface PatchJob {
  readonly kubeconfig: string;
  /** Of the targets, on the API server. */
  readonly paths: readonly string[];
  /** How many are under way at once. */
  readonly width: number;
  readonly seconds: number;
}

export interface PatchResult {
  readonly perSecond: number;
  readonly cpuMsEach: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function patchLoop({ kubeconfig, paths, width, seconds }: PatchJob): Promise<PatchResult> {
  const client = kubeClientFor(kubeconfig);
  const requestedAt = createRequestedAt();
  const endMs = performance.now() + seconds * 1000;
  const times: number[] = [];
  let next = 0;
  const line = async (): Promise<void> => {
    while (performance.now() < endMs) {
      next += 1;
      const sentMs = performance.now();
      await client.request(reconcilePatch(paths[next % paths.length] ?? '', requestedAt()));
      times.push(performance.now() - sentMs);
    }
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: width }, line));
  const { user, system } = process.cpuUsage(cpu);
  await client.close();
  const { perSecond, p50Ms, p99Ms } = resultOf({}, 0, times, seconds);
  return { perSecond, cpuMsEach: (user + system) / 1000 / times.length, p50Ms, p99Ms };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.once('message', async (job) => {
    process.send?.(await patchLoop(job as PatchJob), () => process.disconnect());
  });
}
