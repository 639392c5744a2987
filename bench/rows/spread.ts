/** A thousand Receivers in turn, and in between what a server that only patches gives, and PATCHes alone. */
import { runPatchLoop, startBareRelay } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { CONNECTIONS, load, loadWithCpu, measureOnce, medianOfRounds, whileServing } from './measure-load.ts';

const LIMIT_SECONDS = 6;
const WARM_UP_SECONDS = 3;

export const spread: Row = {
  name: 'spread',
  title: '1,000 Receivers, spread load',
  receivers: 1_000,
  figures: [
    { name: 'perSecond', title: 'webhooks/s', original: 640, target: 1_000, atLeast: true },
    { name: 'p50Ms', title: 'p50 ms', original: 97, target: 60 },
    { name: 'p99Ms', title: 'p99 ms', original: 178, target: 110 },
    { name: 'callsEach', title: 'API calls each', original: 2, target: 1.01 },
    { name: 'cpuMsEach', title: 'CPU ms each', original: 1.1, target: 0.55 },
    { name: 'shareOfLimit', title: 'share of a bare PATCH loop', original: undefined, target: 0.75, atLeast: true },
  ],
  async measure(stage) {
    const { paths, targetPaths } = await stage.population();
    const { kubeconfig, env } = stage;
    return await whileServing(startBareRelay(env, kubeconfig), async (relay) => {
      await load(stage, { paths, seconds: WARM_UP_SECONDS });
      return await medianOfRounds(async () => {
        const measured = await measureOnce(stage, { paths });
        const bare = await runPatchLoop({ kubeconfig, paths: targetPaths, width: CONNECTIONS, seconds: LIMIT_SECONDS });
        const limit = await loadWithCpu(relay, { paths: targetPaths, seconds: LIMIT_SECONDS });
        return {
          ...measured,
          shareOfLimit: measured.perSecond / bare.perSecond,
          barePerSecond: bare.perSecond,
          bareCpuMsEach: bare.cpuMsEach,
          limitPerSecond: limit.perSecond,
          limitP50Ms: limit.p50Ms,
          limitP99Ms: limit.p99Ms,
          limitCpuMsEach: limit.cpuMsEach,
        };
      });
    });
  },
};
