/** One Receiver that everybody writes to. */
import type { Row } from '../row.ts';
import { measureLoad } from './measure-load.ts';

export const hot: Row = {
  name: 'hot',
  title: 'one hot Receiver',
  receivers: 2,
  figures: [
    { name: 'perSecond', title: 'webhooks/s', original: 102, target: 3_000, atLeast: true },
    { name: 'p50Ms', title: 'p50 ms', original: 431, target: 25 },
    { name: 'p99Ms', title: 'p99 ms', original: 2_500, target: 80 },
    { name: 'callsEach', title: 'API calls each', original: 2, target: 0.1 },
  ],
  async measure(stage) {
    const [path = ''] = (await stage.population()).paths;
    const { perSecond, p50Ms, p99Ms, callsEach, cpuMsEach } = await measureLoad(stage, { paths: [path] });
    return { perSecond, p50Ms, p99Ms, callsEach, cpuMsEach };
  },
};
