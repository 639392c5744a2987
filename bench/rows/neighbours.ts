/** What those that behave feel of those that do not. */
import type { Row } from '../row.ts';
import type { Stage } from '../stage/stage.ts';
import { forged } from '../stage/webhook.ts';
import { type Load, load, loadAt } from './measure-load.ts';
import { QUIET, timesWithLimit } from './quiet.ts';

const SECONDS = 8;
/** The neighbour begins before and ends after. */
const LEAD_SECONDS = 2;

/** Of webhooks to the second Receiver, beside a load on the operator at the path of the first. */
async function timesBeside(stage: Stage, neighbour: (hotPath: string) => Load): Promise<Record<string, number>> {
  const [hotPath = ''] = (await stage.population()).paths;
  return await timesWithLimit(stage, async (url, [, quietPath = '']) => {
    const loud = load(stage, { ...neighbour(hotPath), seconds: SECONDS + 2 * LEAD_SECONDS });
    await new Promise((resolve) => setTimeout(resolve, LEAD_SECONDS * 1000));
    const result = await loadAt(url, { ...QUIET, paths: [quietPath], seconds: SECONDS });
    await loud;
    return result;
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
