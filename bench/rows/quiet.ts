/** What one webhook takes when there is nothing else to do, and in between what it takes a server that only patches. */
import { startBareRelay } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { nameOf, targetPath } from '../stage/receivers.ts';
import { load, loadAt, medianOfRounds, WARM_UP_SECONDS } from './measure-load.ts';

export const QUIET = { connections: 4, perSecond: 20 };
const SECONDS = 10;

export const quiet: Row = {
  name: 'quiet',
  title: 'quiet, 20/s',
  receivers: 1_000,
  figures: [
    { name: 'p50Ms', title: 'p50 ms', original: 6.7, target: 4.5 },
    { name: 'p99Ms', title: 'p99 ms', original: 12.3, target: 10 },
  ],
  async measure(stage) {
    const { paths } = await stage.population();
    const targets = paths.map((_path, index) => targetPath(nameOf(index)));
    const relay = await startBareRelay(stage.env, stage.kubeconfig);
    try {
      await load(stage, { ...QUIET, paths, seconds: WARM_UP_SECONDS });
      await loadAt(relay.url, { ...QUIET, paths: targets, seconds: WARM_UP_SECONDS });
      return await medianOfRounds(async () => {
        const { p50Ms, p99Ms } = await load(stage, { ...QUIET, paths, seconds: SECONDS });
        const limit = await loadAt(relay.url, { ...QUIET, paths: targets, seconds: SECONDS });
        return { p50Ms, p99Ms, limitP50Ms: limit.p50Ms, limitP99Ms: limit.p99Ms };
      });
    } finally {
      relay.end();
    }
  },
};
