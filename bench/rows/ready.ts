/** From the first Receiver created to the last one Ready, and one that comes in the middle of it. */
import type { Row } from '../row.ts';

export const readyThousand: Row = {
  name: 'ready-1000',
  title: '1,000 Receivers from create to all Ready',
  receivers: 1_000,
  figures: [
    { name: 'seconds', title: 's', original: 12.1, target: 6 },
    { name: 'cpuMsEach', title: 'CPU ms each', original: 4.1, target: 2 },
  ],
  async measure(stage) {
    const { readySeconds, cpuMsEach } = await stage.population();
    return { seconds: readySeconds, cpuMsEach };
  },
};

export const readyTenThousand: Row = {
  name: 'ready-10000',
  title: '10,000 Receivers all Ready',
  receivers: 10_000,
  figures: [
    { name: 'seconds', title: 's', original: 181, target: 60 },
    { name: 'newcomerSeconds', title: 'a new one meanwhile, s (it timed out at 30)', original: 30, target: 2 },
  ],
  async measure(stage) {
    const { readySeconds, cpuMsEach, newcomerSeconds } = await stage.population();
    return { seconds: readySeconds, newcomerSeconds, cpuMsEach };
  },
};
