/** Requests to a real path with a wrong signature, and in between what node:http gives to refusing alone. */
import { type BareServer, startBareServer } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { cpuSecondsOf } from '../stage/process-facts.ts';
import { forged as delivery } from '../stage/webhook.ts';
import { type Load, load, loadAt, measureOnce, medianOfEach, ROUNDS, WARM_UP_SECONDS } from './measure-load.ts';

async function limitOf({ url, pid }: BareServer, what: Load): Promise<Record<string, number>> {
  const cpu = cpuSecondsOf(pid);
  const { statuses, perSecond } = await loadAt(url, what);
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return { limitPerSecond: perSecond, limitCpuMsEach: ((cpuSecondsOf(pid) - cpu) * 1000) / answers };
}

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
    const bare = await startBareServer(stage.env);
    const warmUp = { ...what, seconds: WARM_UP_SECONDS };
    await load(stage, warmUp);
    await loadAt(bare.url, warmUp);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { perSecond, cpuMsEach, callsEach } = await measureOnce(stage, what);
      rounds.push({ perSecond, cpuMsEach, callsEach, ...(await limitOf(bare, what)) });
    }
    bare.end();
    return medianOfEach(rounds);
  },
};
