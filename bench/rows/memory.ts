/** Memory at rest, by the number of Receivers. */
import type { Row } from '../row.ts';
import { restingMebibytesOf } from '../stage/process-facts.ts';
import type { StageSize } from '../stage/stage.ts';

function resting(receivers: StageSize, title: string, bounds: { original: number; target: number }): Row {
  return {
    name: `memory-${receivers}`,
    title,
    receivers,
    figures: [{ name: 'mebibytes', title: 'RSS MiB', ...bounds }],
    async measure(stage) {
      await stage.population();
      return { mebibytes: await restingMebibytesOf(stage.operator.pid) };
    },
  };
}

export const memoryRows: readonly Row[] = [
  resting(0, 'at rest, no Receivers', { original: 85, target: 85 }),
  resting(1_000, 'at rest, 1,000 Receivers', { original: 108, target: 108 }),
  resting(10_000, 'at rest, 10,000 Receivers', { original: 258, target: 200 }),
];
