/** What those that behave feel of those that do not. */
import type { LoadResult } from '../load/job.ts';
import { startBareRelay } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { nameOf, targetPath } from '../stage/receivers.ts';
import type { Stage } from '../stage/stage.ts';
import { forged } from '../stage/webhook.ts';
import { type Load, load, loadAt, medianOfRounds } from './measure-load.ts';
import { QUIET } from './quiet.ts';

const SECONDS = 8;
/** The neighbour begins before and ends after. */
const LEAD_SECONDS = 2;

async function beside(stage: Stage, neighbour: Load, url: string, path: string): Promise<LoadResult> {
  const loud = load(stage, { ...neighbour, seconds: SECONDS + 2 * LEAD_SECONDS });
  await new Promise((resolve) => setTimeout(resolve, LEAD_SECONDS * 1000));
  const result = await loadAt(url, { ...QUIET, paths: [path], seconds: SECONDS });
  await loud;
  return result;
}

/** In between, what the same webhooks take a server that only patches, beside the same neighbour of the operator. */
async function timesBeside(stage: Stage, neighbour: (hotPath: string) => Load): Promise<Record<string, number>> {
  const [hotPath = '', quietPath = ''] = (await stage.population()).paths;
  const relay = await startBareRelay(stage.env, stage.kubeconfig);
  try {
    return await medianOfRounds(async () => {
      const { p50Ms, p99Ms } = await beside(stage, neighbour(hotPath), stage.operator.url, quietPath);
      const limit = await beside(stage, neighbour(hotPath), relay.url, targetPath(nameOf(1)));
      return { p50Ms, p99Ms, limitP50Ms: limit.p50Ms, limitP99Ms: limit.p99Ms };
    });
  } finally {
    relay.end();
  }
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
