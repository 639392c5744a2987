/** Two hundred bodies of the largest size at once. */
import { createHmac } from 'node:crypto';
import { runLoad } from '../load/run-process.ts';
import type { Row } from '../row.ts';
import { forgetPeakOf, peakMebibytesOf } from '../stage/process-facts.ts';
import type { Stage } from '../stage/stage.ts';

const BODY = Buffer.alloc(2.9 * 1024 * 1024, 'x');
const SENDERS = 200;
const SECONDS = 6;

const headers = {
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-hub-signature-256': `sha256=${createHmac('sha256', 'guessed').update('another body').digest('hex')}`,
};

/** Of an operator that has done nothing before. */
async function peakOf(stage: Stage, pathOf: () => Promise<string>): Promise<Record<string, number>> {
  const path = await pathOf();
  await stage.restartOperator();
  const { pid, url } = stage.operator;
  forgetPeakOf(pid);
  const body = BODY.toString('base64');
  const { statuses } = await runLoad({ url, paths: [path], headers, body, connections: SENDERS, seconds: SECONDS });
  const refused = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  if (refused === 0 || statuses['200'] !== undefined) throw new Error(`not refused: ${JSON.stringify(statuses)}`);
  return { mebibytes: peakMebibytesOf(pid), refused };
}

export const bodyRows: readonly Row[] = [
  {
    name: 'bodies-unknown',
    title: '200 bodies of 2.9 MiB at once, unknown path',
    receivers: 2,
    figures: [{ name: 'mebibytes', title: 'peak RSS MiB', original: 222, target: 150 }],
    measure: (stage) => peakOf(stage, async () => '/hook/unknown'),
  },
  {
    name: 'bodies-forged',
    title: '200 bodies of 2.9 MiB at once, forged on a real one',
    receivers: 2,
    figures: [{ name: 'mebibytes', title: 'peak RSS MiB', original: 876, target: 250 }],
    measure: (stage) => peakOf(stage, async () => (await stage.population()).paths[0] ?? ''),
  },
];
