/** What one webhook takes when there is nothing else to do, and in between what it takes a server that only patches. */
import type { LoadResult } from '../load/job.ts';
import { startBareRelay } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import type { Stage } from '../stage/stage.ts';
import { loadAt, medianOfRounds, WARM_UP_SECONDS, whileServing } from './measure-load.ts';

export const QUIET = { connections: 4, perSecond: 20 };
const SECONDS = 10;

/** Times of the operator, and in turn with them those of a server that only patches the targets. */
export async function timesWithLimit(
  stage: Stage,
  measure: (url: string, paths: readonly string[]) => Promise<LoadResult>,
): Promise<Record<string, number>> {
  const { paths, targetPaths } = await stage.population();
  return await whileServing(startBareRelay(stage.env, stage.kubeconfig), async (relay) => {
    const warmUp = { ...QUIET, seconds: WARM_UP_SECONDS };
    await loadAt(stage.operator.url, { ...warmUp, paths });
    await loadAt(relay.url, { ...warmUp, paths: targetPaths });
    return await medianOfRounds(async () => {
      const { p50Ms, p99Ms } = await measure(stage.operator.url, paths);
      const limit = await measure(relay.url, targetPaths);
      return { p50Ms, p99Ms, limitP50Ms: limit.p50Ms, limitP99Ms: limit.p99Ms };
    });
  });
}

export const quiet: Row = {
  name: 'quiet',
  title: 'quiet, 20/s',
  receivers: 1_000,
  figures: [
    { name: 'p50Ms', title: 'p50 ms', original: 6.7, target: 4.5 },
    { name: 'p99Ms', title: 'p99 ms', original: 12.3, target: 10 },
  ],
  measure: (stage) => timesWithLimit(stage, (url, paths) => loadAt(url, { ...QUIET, paths, seconds: SECONDS })),
};
