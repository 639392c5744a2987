/** Requests to a real path with a wrong signature, and in between what node:http gives to refusing alone. */
import { startBareServer } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { forged as delivery } from '../stage/webhook.ts';
import {
  type Load,
  load,
  loadAt,
  loadWithCpu,
  measureOnce,
  medianOfRounds,
  WARM_UP_SECONDS,
  whileServing,
} from './measure-load.ts';

export const forged: Row = {
  name: 'forged',
  title: 'forged requests',
  receivers: 2,
  figures: [
    { name: 'perSecond', title: 'refused/s', original: 2_210, target: 7_000, atLeast: true },
    { name: 'cpuMsEach', title: 'CPU ms each', original: 0.267, target: 0.13 },
    { name: 'callsEach', title: 'API calls each', original: 1, target: 0 },
  ],
  async measure(stage) {
    const [path = ''] = (await stage.population()).paths;
    const what: Load = { paths: [path], delivery, status: 400 };
    return await whileServing(startBareServer(stage.env), async (bare) => {
      const warmUp = { ...what, seconds: WARM_UP_SECONDS };
      await load(stage, warmUp);
      await loadAt(bare.url, warmUp);
      return await medianOfRounds(async () => {
        const { perSecond, cpuMsEach, callsEach } = await measureOnce(stage, what);
        const limit = await loadWithCpu(bare, what);
        return { perSecond, cpuMsEach, callsEach, limitPerSecond: limit.perSecond, limitCpuMsEach: limit.cpuMsEach };
      });
    });
  },
};
