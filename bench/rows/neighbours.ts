/** What those that behave feel of those that do not. */
import type { LoadResult } from '../load/job.ts';
import type { Row } from '../row.ts';
import type { Stage } from '../stage/stage.ts';
import { forged } from '../stage/webhook.ts';
import { type Load, load, medianOfRounds } from './measure-load.ts';
import { QUIET } from './quiet.ts';

const SECONDS = 8;
/** The neighbour begins before and ends after. */
const LEAD_SECONDS = 2;

async function beside(stage: Stage, path: string, neighbour: Load): Promise<LoadResult> {
  const loud = load(stage, { ...neighbour, seconds: SECONDS + 2 * LEAD_SECONDS });
  await new Promise((resolve) => setTimeout(resolve, LEAD_SECONDS * 1000));
  const result = await load(stage, { ...QUIET, paths: [path], seconds: SECONDS });
  await loud;
  return result;
}

async function timesBeside(stage: Stage, neighbour: (hotPath: string) => Load): Promise<Record<string, number>> {
  const [hotPath = '', quietPath = ''] = (await stage.population()).paths;
  return await medianOfRounds(async () => {
    const { p50Ms, p99Ms } = await beside(stage, quietPath, neighbour(hotPath));
    return { p50Ms, p99Ms };
  });
}

export const neighbourRows: readonly Row[] = [
  {
    name: 'beside-flood',
    title: 'genuine webhooks beside a forged flood',
    receivers: 2,
    figures: [
      { name: 'p50Ms', title: 'p50 ms', original: 47, target: 25 },
      { name: 'p99Ms', title: 'p99 ms', original: 116, target: 60 },
    ],
    measure: (stage) => timesBeside(stage, (path) => ({ paths: [path], delivery: forged, status: 400 })),
  },
  {
    name: 'beside-hot',
    title: 'a quiet Receiver beside a hot one',
    receivers: 2,
    figures: [{ name: 'p99Ms', title: 'p99 ms', original: undefined, target: 30 }],
    measure: (stage) => timesBeside(stage, (path) => ({ paths: [path] })),
  },
];
