/** Events that were taken before, and in between what node:http gives to refusing alone. */
import type { EventJob } from '../load/event-job.ts';
import { type BareServer, type EventLoad, startBareServer, startEventLoad } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { startAlertLoad } from '../stage/alert-load.ts';
import { cpuSecondsOf } from '../stage/process-facts.ts';
import { CONNECTIONS, medianOfRounds, whileServing } from './measure-load.ts';

const NAMESPACES = ['alert-one'];
const JOB: Omit<EventJob, 'url' | 'run'> = {
  namespaces: NAMESPACES,
  objects: 1,
  connections: CONNECTIONS,
  seconds: 6,
  deliveriesEach: 0,
  duplicates: true,
};

async function refuse(load: EventLoad, { url, pid }: BareServer): Promise<{ perSecond: number; cpuMsEach: number }> {
  const cpu = cpuSecondsOf(pid);
  const { answeredPerSecond, statuses } = await load.run({ ...JOB, url, run: 'limit' });
  return { perSecond: answeredPerSecond, cpuMsEach: ((cpuSecondsOf(pid) - cpu) * 1_000) / (statuses['400'] ?? 0) };
}

export const alertDuplicates: Row = {
  name: 'alerts-duplicates',
  title: 'duplicates',
  receivers: 0,
  figures: [
    { name: 'perSecond', title: 'refused/s', original: 14_906, target: 15_000, atLeast: true },
    { name: 'cpuMsEach', title: 'CPU ms each', original: 0.061, target: 0.05 },
  ],
  async measure(stage) {
    const load = await startAlertLoad(stage, { namespaces: NAMESPACES });
    const limitLoad = await startEventLoad();
    try {
      return await whileServing(startBareServer(stage.env), async (bare) => {
        await refuse(limitLoad, bare);
        await load.measure(JOB);
        return await medianOfRounds(async () => {
          const { answeredPerSecond: perSecond, cpuMsEach } = await load.measure(JOB);
          const limit = await refuse(limitLoad, bare);
          return { perSecond, cpuMsEach, limitPerSecond: limit.perSecond, limitCpuMsEach: limit.cpuMsEach };
        });
      });
    } finally {
      limitLoad.end();
      await load.end();
    }
  },
};
