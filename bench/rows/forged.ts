/** Requests to a real path with a wrong signature. */
import type { Row } from '../row.ts';
import { forged as delivery } from '../stage/webhook.ts';
import { measureLoad } from './measure-load.ts';

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
    const { perSecond, cpuMsEach, callsEach } = await measureLoad(stage, { paths: [path], delivery, status: 400 });
    return { perSecond, cpuMsEach, callsEach };
  },
};
